/**
 * Tests the tests: breaks the heart in one place at a time and sees whether the stories and properties notice. A change that
 * nobody notices is a line that nothing guards. `npm run mutate` (about three minutes); `--json` for machines.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify, styleText } from 'node:util'

type Mutation = { readonly name: string; readonly file: string; readonly from: string; readonly to: string }

const rules = 'src/call/rules.ts'
const facts = 'src/call/facts.ts'
const transcript = 'src/call/transcript.ts'
const keypad = 'src/call/keypad.ts'
const player = 'src/call/player.ts'
const call = 'src/call/call.ts'
const mediaTime = 'src/call/media-time.ts'

const mutations: readonly Mutation[] = [
  { name: 'silence of 499 ms', file: rules, from: 'BEFORE_REPLY_MS = 500', to: 'BEFORE_REPLY_MS = 499' },
  { name: 'silence of 501 ms', file: rules, from: 'BEFORE_REPLY_MS = 500', to: 'BEFORE_REPLY_MS = 501' },
  { name: 'a deadline is due one step late', file: rules, from: '(now >= due ?', to: '(now > due ?' },
  {
    name: 'release while something stirs',
    file: rules,
    from: 'silence === null || stirred || keys.pending) return null\n  const basis',
    to: 'silence === null || keys.pending) return null\n  const basis',
  },
  {
    name: 'release before the words are settled',
    file: rules,
    from: 'if (basis === null) return overdueAt(turns, turns.silentSince!)\n  return notBefore(silence',
    to: 'return notBefore(silence',
  },
  { name: 'settled words need not reach the last speech', file: facts, from: 'settled.toMs >= reach', to: 'settled.toMs >= 0' },
  {
    name: 'final words alone settle a turn',
    file: transcript,
    from: 'words.every(word => word.final)',
    to: 'words.some(word => word.final)',
  },
  {
    name: 'words that never come are waited for',
    file: facts,
    from: ">= overdueAt(turns, silentSince) ? 'overdue'",
    to: ">= 1e9 ? 'overdue'",
  },
  { name: 'news of any reply is believed', file: facts, from: 'turns.reply?.id === id ?', to: 'turns.reply ?' },
  {
    name: 'a draft survives a change of words',
    file: rules,
    from: 'reply.answersSilence !== null || (reply.said === said(turns) && !reply.outdated)) return null',
    to: 'true) return null',
  },
  {
    name: 'no barge-in',
    file: rules,
    from: 'const speaking = silentSince === null && spokeFrom !== ignored',
    to: 'const speaking = false',
  },
  {
    name: 'every sound ends the reply',
    file: rules,
    from: '? resume(turns, reply)',
    to: '? interrupt(turns, reply)',
  },
  {
    name: 'a hold on a cough is never decided',
    file: rules,
    from: 'notBefore(due, now, () => resume(turns, reply))',
    to: 'null',
  },
  {
    name: 'a hold on a noise is never decided',
    file: rules,
    from: 'spokeFrom!, quietSince) + NOISE_LATEST_MS',
    to: 'spokeFrom!, quietSince) + 1e9',
  },
  {
    name: 'asides interrupt',
    file: rules,
    from: '!isAside(remark, reply.heard, reply.hold.ahead, isSettled || now >= due)',
    to: 'true',
  },
  {
    name: 'interruptions are asides',
    file: rules,
    from: '!isAside(remark, reply.heard, reply.hold.ahead, isSettled || now >= due)',
    to: 'false',
  },
  {
    name: 'a reply nobody heard is not withdrawn',
    file: rules,
    from: "if ((remark !== '' || keyed) && reply.heard === '') return withdraw(turns, reply)",
    to: '',
  },
  {
    name: 'a withdrawn reply keeps its words',
    file: rules,
    from: 'done: released ? reply.from : turns.done',
    to: 'done: turns.done',
  },
  {
    name: 'a withdrawn reply stays in the history',
    file: rules,
    from: 'history: withdrawn(turns.history, reply.id) }\n}',
    to: 'history: turns.history }\n}',
  },
  { name: 'answered words are answered again', file: rules, from: '      done: reply.to,', to: '      done: turns.done,' },
  { name: 'words needed for a withdrawal are forgotten', file: facts, from: 'turns.reply?.from ?? turns.done', to: 'turns.done' },
  { name: 'speculation without limit', file: rules, from: 'export const DRAFTS_MAX = 4', to: 'export const DRAFTS_MAX = 99' },
  { name: 'no thrift where services are short', file: rules, from: 'SPARED_DRAFTS_MAX = 1', to: 'SPARED_DRAFTS_MAX = 4' },
  { name: 'tries without limit', file: rules, from: 'failures.count >= ATTEMPTS_MAX', to: 'failures.count >= 99' },
  {
    name: 'a failed draft is waited for',
    file: rules,
    from: 'if (!reply?.failed || reply.ready) return null',
    to: 'if (!reply?.failed || true) return null',
  },
  {
    name: 'what is generated counts as heard',
    file: facts,
    from: '({ ...reply, heard: text, ...more })',
    to: '({ ...reply, heard: `${text}more `, ...more })',
  },
  {
    name: 'history does not learn what was heard',
    file: facts,
    from: 'history: heard(turns.history, id, text)',
    to: 'history: turns.history',
  },
  { name: 'idle is never noticed', file: rules, from: 'Math.max(quietSince + IDLE_MS', to: 'Math.max(quietSince + 1e9' },
  {
    name: 'the goodbye does not hang up',
    file: rules,
    from: "say(next, now, 'goodbye', { farewell: 'hang-up' })",
    to: "say(next, now, 'goodbye')",
  },
  {
    name: 'a draft outlives the call',
    file: rules,
    from: '  return reply\n    ? [',
    to: '  return reply?.ready\n    ? [',
  },
  {
    name: 'act: words over the caller',
    file: rules,
    from: 'if (silence === null || stirred || keys.pending) return null\n  if (spoke',
    to: 'if (silence === null) return 0\n  if (spoke',
  },
  {
    name: 'act: words at 400 ms',
    file: rules,
    from: 'Math.max(silence + SILENCE_BEFORE_REPLY_MS, settledAt)',
    to: 'Math.max(silence + 400, 0)',
  },
  {
    name: "act: the operator's words are lost when withdrawn",
    file: rules,
    from: "reply.text === '' ? turns.toSay : [reply.text, ...turns.toSay]",
    to: 'turns.toSay',
  },
  {
    name: 'act: a reply is released between two keys',
    file: rules,
    from: 'silence === null || stirred || keys.pending) return null\n  const basis',
    to: 'silence === null || stirred) return null\n  const basis',
  },
  {
    name: 'act: keys are answered twice',
    file: transcript,
    from: 'keyed: keyed ? keyed.place + 1 : otherwise.keyed',
    to: 'keyed: otherwise.keyed',
  },
  { name: 'act: the second key begins anew', file: keypad, from: "(pending?.text ?? '') + key", to: 'key' },
  { name: 'act: a promised colleague is forgotten', file: rules, from: 'isPromised ? [parting.then, parting.brief] : ', to: '' },
  { name: 'act: no end by force', file: rules, from: 'if (now >= latest) return leave(turns, then, brief)', to: '' },
  { name: 'act: apologies without limit', file: rules, from: 'APOLOGIES_MAX = 2', to: 'APOLOGIES_MAX = 99' },
  {
    name: 'act: noise puts off the prompts for ever',
    file: rules,
    from: 'Math.min(soundUntil, quietSince + NOISY_IDLE_MS)',
    to: 'soundUntil',
  },
  { name: 'act: noise holds a reply for ever', file: rules, from: '&& reply.resumed < NOISES_MAX', to: '' },
  { name: 'rating: any key is one', file: rules, from: '/^[1-5]$/.test(lastKey)', to: '/./.test(lastKey)' },
  { name: 'rating: the line stays open without a key', file: rules, from: 'heardAt + RATING_LATEST_MS', to: 'heardAt + 60_000' },
  { name: 'rating: who talks on is waited for', file: rules, from: 'at + ASKING_LATEST_MS', to: 'Infinity' },
  { name: 'rating: keys from before the question count', file: facts, from: 'if (asked) return', to: 'if (!asked) return' },
  {
    name: 'rating: asked again after each reply',
    file: rules,
    from: '  return !leaving && now < parting',
    to: '  return now < parting',
  },
  { name: 'the bot stops without clearing the line', file: player, from: '    this.#line.clear()\n', to: '' },
  { name: 'marks of a cleared playback count', file: player, from: 'mark?.generation !== this.#generation', to: '!mark' },
  {
    name: 'sent counts as heard',
    file: player,
    from: 'return Math.min(provenMs, this.#pausesMs[0] ?? Infinity, durationMs(this.#sentBytes))',
    to: 'return durationMs(this.#sentBytes)',
  },
  { name: 'a resumed reply starts from the beginning', file: player, from: 'this.#start(this.#sentBytes)', to: 'this.#start(0)' },
  {
    name: 'the recogniser is not told of pauses',
    file: call,
    from: 'this.#transcription.callerPaused(event.sinceMs)',
    to: 'void 0',
  },
  { name: 'no silence stands in for missing frames', file: call, from: 'this.#pulses(this.#time.standIn())', to: 'void 0' },
  { name: 'gaps are not filled', file: mediaTime, from: 'missingMs >= FRAME_MS', to: 'false' },
  { name: 'the call leaves its timers behind', file: call, from: '    this.#stopWatching()\n', to: '' },
]

const run = promisify(execFile)
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, only: { type: 'string' } } })
const chosen = mutations.filter(({ name }) => name.includes(values.only ?? ''))
const root = new URL('..', import.meta.url).pathname

for (const { name, file, from } of mutations) {
  if (!readFileSync(join(root, file), 'utf8').includes(from))
    throw new Error(`"${name}": ${file} does not contain ${JSON.stringify(from)}`)
}

const results: { readonly name: string; readonly caughtBy: readonly string[] | null }[] = []
for (const mutation of chosen) {
  const caughtBy = await verdictOn(mutation)
  results.push({ name: mutation.name, caughtBy })
  const line = caughtBy
    ? `${styleText('green', 'caught  ')} ${mutation.name}  (${caughtBy[0] ?? 'does not run'})`
    : `${styleText('red', 'SURVIVED')} ${mutation.name}`
  process.stderr.write(`${line}\n`)
}
const survived = results.filter(({ caughtBy }) => caughtBy === null)
if (values.json) console.log(JSON.stringify(results, null, 2))
else console.log(`${results.length - survived.length} of ${results.length} seeded bugs caught`)
process.exitCode = survived.length === 0 ? 0 : 1

/** Which tests fail in a copy of the project that has this bug; null if none does. */
async function verdictOn({ file, from, to }: Mutation): Promise<readonly string[] | null> {
  const source = readFileSync(join(root, file), 'utf8')
  const copy = mkdtempSync(join(tmpdir(), 'halfsecond-mutant-'))
  try {
    for (const part of ['src', 'test', 'package.json', 'vitest.config.ts'])
      cpSync(join(root, part), join(copy, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    writeFileSync(join(copy, file), source.replace(from, to))
    return await failuresIn(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function failuresIn(folder: string): Promise<readonly string[] | null> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--root', folder, '--reporter=json', '--testTimeout=20000', 'test/call/']
  const options = { env: { ...process.env, RUNS: '400' }, timeout: 90_000, maxBuffer: 64 * 1024 * 1024 }
  const output = await run(process.execPath, args, options).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? '',
  )
  const start = output.indexOf('{"')
  if (start === -1) return []
  const report = JSON.parse(output.slice(start)) as {
    success: boolean
    testResults: { assertionResults: { status: string; title: string }[] }[]
  }
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title),
  )
  return report.success ? null : failed
}
