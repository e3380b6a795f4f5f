import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The sources of the workspace's own libraries, so that a build needs no other build before it.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    // Baseline of 2024: `light-dark()`, `AbortSignal.any`, Web Locks.
    target: ['chrome123', 'firefox124', 'safari17.5'],
    // The content security policy allows no `data:` address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One file for the libraries, which change seldom, so that a new release of the shop loads little.
        codeSplitting: { groups: [{ name: 'libraries', test: /node_modules/ }] },
      },
    },
  },
  server: { proxy: Object.fromEntries(['/v1', '/docs', '/id', '/about', '/readyz'].map(proxied)) },
});

/** `npm run dev` beside `npm start`. */
function proxied(path: string): [string, string] {
  return [path, process.env['GATEWAY_URL'] ?? 'http://localhost:3000'];
}
