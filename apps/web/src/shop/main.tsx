import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '../api/queries.js';
import { shareSession } from '../api/session.js';
import '../styles.css';
import { router } from './router.js';

shareSession();
// A new release has other files: the page of the old one cannot load the rest of itself.
addEventListener('vite:preloadError', () => location.reload());

const root = document.querySelector('#root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
