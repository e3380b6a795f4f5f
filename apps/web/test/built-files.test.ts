import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

/** Kilobytes of script, gzipped, that the first page loads. */
const FIRST_LOAD_BYTES_MAX = 120_000;

const dist = path.join(import.meta.dirname, '..', 'dist');
const page = readFileSync(path.join(dist, 'index.html'), 'utf8');
const files = readdirSync(path.join(dist, 'assets'));

describe('the built pages', () => {
  it('load at most 120 KB of script first', () => {
    const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file ?? '');
    expect(scripts.length).toBeGreaterThan(1);
    const sizes = scripts.map((file) => gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  });

  it('have no inline script or style, and nothing from elsewhere', () => {
    expect(page).not.toMatch(/<style|style="|\son\w+=|https?:\/\/|data:/);
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  it('have a hash in each name, and compressed copies beside what compresses', () => {
    const plain = files.filter((file) => /\.(?:js|css|svg)$/.test(file));
    for (const file of plain) {
      expect(file).toMatch(/-[\w-]{8}\.\w+$/);
      for (const ending of ['gz', 'br'])
        expect(statSync(path.join(dist, 'assets', `${file}.${ending}`)).size).toBeGreaterThan(0);
    }
  });
});
