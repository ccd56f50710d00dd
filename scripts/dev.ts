/** `npm run dev`: the server, started again whenever its code changes, and beside it the web page, which reloads itself. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createServer } from 'vite'

const root = join(import.meta.dirname, '..')
const server = spawn(process.execPath, ['--watch', 'src/main.ts'], { cwd: root, stdio: 'inherit' })
const page = await createServer({ configFile: join(root, 'vite.config.ts'), clearScreen: false })
await page.listen()
console.log('\nThe page, as you change it:')
page.printUrls()

server.once('exit', code => {
  process.exitCode = code ?? 1
  void page.close()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
