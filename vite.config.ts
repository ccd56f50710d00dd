/** How the web page is built (`npm run build`) and served while one works on it (`npm run dev`). */
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'
import { BUILT_FROM, consoleFingerprint } from './src/console-build.ts'

const root = import.meta.dirname

/** Leaves in the built page from what it was built, so that a start knows whether to build again. */
const builtFrom: Plugin = {
  name: 'built-from',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: BUILT_FROM, source: consoleFingerprint(root) })
  },
}

export default defineConfig({
  root: join(root, 'src/console'),
  plugins: [builtFrom],
  publicDir: false,
  // Its ES module has no default export, which Node's import of it is.
  resolve: { alias: [{ find: /^alawmulaw$/, replacement: 'alawmulaw/dist/alawmulaw.js' }] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: join(root, 'dist/console'),
    emptyOutDir: true,
    // The page's policy allows nothing that is written into it, only files of its own: worklets and pictures too.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2023',
  },
  server: {
    // To the server that `npm run dev` starts beside it; `/api` alone would take the page's own api.ts too. The host stays what the
    // browser asked for, or the server would take the page for a stranger's.
    proxy: Object.fromEntries(
      ['/api/', '/health', '/twilio/', '/docs'].map(path => [
        path,
        { target: `http://127.0.0.1:${process.env['PORT'] ?? 3000}`, changeOrigin: false, ws: true },
      ]),
    ),
  },
})
