/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The server replaces this token in index.html by a fresh nonce in every response, so that its
// Content-Security-Policy needs no 'unsafe-inline'. Nothing else in the build may contain it.
const noncePlaceholder = '__CSP_NONCE__'

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  build: {
    outDir: '../assets/dist',
    emptyOutDir: true,
    sourcemap: false,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  // Development only: the API comes from `ambit serve --demo` at its default address.
  server: { proxy: { '/api': 'http://127.0.0.1:8420', '/schemas': 'http://127.0.0.1:8420' } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
