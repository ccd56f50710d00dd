/** `npm run build`: builds the web page now, which `npm start` else does when it is due. */
import { buildConsole, consoleDirOf } from '../src/console-build.ts'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const begun = performance.now()
await buildConsole(root, String(process.pid))
console.log(`built into ${consoleDirOf(root)} in ${Math.round(performance.now() - begun)} ms`)
