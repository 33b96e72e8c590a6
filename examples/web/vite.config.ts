import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses, so that the built app runs in any folder of any site.
  base: './',
  build: { target: 'es2022' },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
