/**
 * Calls a running server as Twilio would and plays recordings to it as the caller, in real time: `npm run call`. Shows the
 * conversation as it happens, then when each reply was due and when it was heard, and keeps both sides as a WAV file.
 */
import { readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { readWav, WavError } from '../src/audio/wav.ts'
import { isEarly } from '../src/call/certificate.ts'
import { after, afterReply, at, type CallerLine } from '../test/vendors/twilio/caller.ts'
import { reasonOf } from '../test/vendors/twilio/webhooks.ts'
import { writeCallFiles, type CallFiles } from './lib/call-files.ts'
import { ConversationView } from './lib/conversation-view.ts'
import { Fault, run } from './lib/fault.ts'
import { playCall, problemsOf, REPLY_ENDED_MS, REPLY_PATIENCE_MS, type PlayedCall } from './lib/played-call.ts'
import { greetServer, readServer } from './lib/running-server.ts'
import { renderTurns } from './lib/turn-table.ts'

const root = join(import.meta.dirname, '..')
const bundled = join(root, 'test/fixtures/audio/pub-call-1-loan.wav')

/** Between recordings played straight after one another. */
const STRAIGHT_PAUSE_MS = 3_000
/** How long the caller waits for a greeting. */
const GREETING_PATIENCE_MS = 5_000

const help = `Plays recordings to a running server, as a caller on the phone, and shows the conversation.

  npm run call                          play the recording that comes with the project
  npm run call -- one.wav two.wav       say one.wav, wait for the reply to end, say two.wav, ...

  --straight       do not wait for replies: each recording ${STRAIGHT_PAUSE_MS / 1000} s after the one before
  --url URL        where the server listens; default: http://127.0.0.1 and the port of .env
  --out DIR        where to put call.wav (left caller, right bot), transcript.md and journal.ndjson;
                   default: data/callers/<time>
  --json           print one JSON object at the end and nothing else
  --help           print this

Any WAV file will do. If the server has a public address, .env must be the server's, so that the call can be signed.
Exit code: 0 the call took place; 1 it did not, or the server broke a rule of Twilio's or of its own; 2 wrong usage.
`

async function main(): Promise<void> {
  const options = readArguments()
  if (options.help) return void process.stdout.write(help)
  const lines = options.files.map((file, index) => readLine(file, index, options.straight))
  const server = readServer(options.url)
  const say = (text: string): void => void (options.json || process.stdout.write(text))
  say(`${await greetServer(server)}\n\n`)

  const call = await playCall(server, lines, options.json ? null : new ConversationView(process.stdout))
  const files = call.tookPlace ? await writeFiles(options.out, call) : null
  if (files) say(`\n${renderTurns(call.turns, turn => call.heardMs(turn))}\n\n${tellFiles(call, files)}\n`)
  if (options.json) process.stdout.write(`${JSON.stringify(summaryOf(call, files), null, 2)}\n`)
  const problems = problemsOf(call)
  for (const problem of problems) process.stderr.write(`${styleText('red', problem, { stream: process.stderr })}\n`)
  if (problems.length > 0) process.exitCode = 1
}

/* ── What is asked for ─────────────────────────────────────────────────────────────────────────────────────── */

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        straight: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        url: { type: 'string' },
        out: { type: 'string', default: join(root, 'data/callers', new Date().toISOString().replaceAll(':', '-')) },
      },
    })
    return { ...values, files: positionals.length > 0 ? positionals : [bundled] }
  } catch (error) {
    throw new Fault(2, `${reasonOf(error).split('. ')[0]}.\nRun with --help to see what there is.`)
  }
}

function readLine(file: string, index: number, straight: boolean): CallerLine {
  const patienceMs = index === 0 ? GREETING_PATIENCE_MS : REPLY_PATIENCE_MS
  const whenStraight = index === 0 ? at(STRAIGHT_PAUSE_MS) : after(STRAIGHT_PAUSE_MS)
  return {
    name: basename(file),
    audio: readRecording(file),
    when: straight ? whenStraight : afterReply(REPLY_ENDED_MS, patienceMs),
  }
}

function readRecording(file: string): Uint8Array {
  try {
    return readWav(file, readFileSync(file))
  } catch (error) {
    if (error instanceof WavError) throw new Fault(2, error.message)
    const code = (error as NodeJS.ErrnoException).code ?? reasonOf(error)
    throw new Fault(2, `${file}: it cannot be read (${unreadable[code] ?? code})`)
  }
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
}

/* ── What came of it ───────────────────────────────────────────────────────────────────────────────────────── */

async function writeFiles(folder: string, call: PlayedCall): Promise<CallFiles> {
  try {
    return await writeCallFiles(folder, { ...call, legs: call.record.legs })
  } catch (error) {
    throw new Fault(1, `${folder} cannot be written: ${reasonOf(error)}`)
  }
}

const tellFiles = ({ record }: PlayedCall, files: CallFiles): string =>
  `Call ${record.identity.callSid}: ${Object.values(files)
    .map(path => relative('.', path))
    .join(', ')}`

const summaryOf = (call: PlayedCall, files: CallFiles | null) => ({
  callSid: call.record.identity.callSid,
  seconds: call.record.legs.caller.length / 8000,
  said: call.said,
  turns: call.turns.map(turn => ({ ...turn, heardMs: call.heardMs(turn), early: isEarly(turn) })),
  problems: problemsOf(call),
  files,
})

await run(main)
