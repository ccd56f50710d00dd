import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, onTestFailed } from 'vitest'
import { readLines } from '../../scripts/bench/caller-lines.ts'
import { startVendors, type EmulatedVendors } from '../../scripts/bench/emulated-vendors.ts'
import { profiles } from '../../scripts/bench/profiles.ts'
import { nameOf } from '../../scripts/bench/answers.ts'
import { INTERRUPTED } from '../../src/assistant/messages.ts'
import { lines as nooksLines } from '../../src/assistant/nooks/lines.ts'
import { realClock } from '../../src/clock.ts'
import { letters, lettersHeard, whyNotHeard, type HeardLetter, type Told } from '../support/heard-history.ts'
import { ResumableCaller } from '../support/resumable-caller.ts'
import { startServerProcess, type ServerProcess } from '../support/server-process.ts'
import { recordedScript } from '../vendors/assemblyai/recorded.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { balance, type LoadBalancer } from '../vendors/twilio/load-balancer.ts'
import { placeCall, type PhoneCall } from '../vendors/twilio/phone-call.ts'

/*
 * Two servers that share a folder, behind a load balancer. Callers are in the middle of replies when one server or the other is
 * killed. Each call goes on, and the model is told what its caller heard: read from the audio that the emulated Twilio played.
 */

const CALLS = 6
const CUTS = 20
/** So often a call goes on. */
const CUTS_PER_CALL = 5
const SEED = 20_261_121
const PUBLIC_URL = 'https://bot.example.com'
const AUTH_TOKEN = 'the auth token of the emulated account'

const callerLines = readLines().filter(({ interrupts, audio }) => interrupts && audio.length < 2_000 * 8)

/** Long enough for some letters, and shorter than what is heard of a reply before it may be cut. */
const NEWEST_MS = 250

const KNOWN = Object.values(nooksLines)

type Cut = { readonly leg: number; readonly atMs: number; readonly midReply: boolean; resumedAfterMs: number | null }
type Phone = {
  readonly call: PhoneCall
  readonly callSid: string
  readonly caller: ResumableCaller
  readonly cuts: Cut[]
  /** When the call began, by the clock of the requests. */
  readonly beganAtMs: number
}

/** Words of eleven letters, over half a second each, none of which is ever said again. */
const answerOf = (n: number): string =>
  Array.from({ length: 24 }, (_, i) => {
    const word = `${nameOf(n * 48 + 2 * i)}${nameOf(n * 48 + 2 * i + 1).slice(0, 5)}`.toLowerCase()
    return i % 8 === 7 ? `${word}.` : word
  }).join(' ')

const cleanUp: (() => unknown)[] = []
afterAll(async () => {
  for (const each of cleanUp.toReversed()) await each()
})

it('goes on with every call whose server is killed in the middle of a reply, and forgets nothing', async () => {
  const random = chance(SEED)
  const answers: string[] = []
  const vendors = await startVendors({
    profile: profiles.fast,
    script: recordedScript(callerLines),
    answer: () => answers[answers.push(answerOf(answers.length)) - 1]!,
  })
  cleanUp.push(() => vendors.close())
  const fleet = await startFleet(vendors)
  const balancer = balance(() => fleet.ready().map(({ url }) => url), PUBLIC_URL, random)
  const phones: Phone[] = []
  onTestFailed(() => console.log(tableOf(phones), fleet.output()))
  for (let n = 0; n < CALLS; n++) phones.push(await ring(n, balancer, random))

  const cuts = (): number => phones.flatMap(phone => phone.cuts).filter(({ midReply }) => midReply).length
  while (cuts() < CUTS) {
    const victim = await when(() => fleet.ready().find(server => isWorthKilling(server, phones, balancer, answers)))
    for (const phone of phones) {
      if (balancer.carrierOf(phone.callSid) !== victim.url) continue
      const midReply = isInMidReply(phone, answers)
      phone.cuts.push({ leg: phone.cuts.length + 1, atMs: phone.call.nowMs, midReply, resumedAfterMs: null })
    }
    await fleet.killAndRestart(victim)
  }
  for (const { caller } of phones) caller.hangUpInReply()
  const records = await Promise.all(phones.map(({ call }) => call.ended))

  for (const [n, { call, caller, beganAtMs, cuts }] of phones.entries()) {
    const legs = records[n]!.events.filter(({ type }) => type === 'stream-began').length
    expect(legs).toBe(cuts.length + 1)
    expect(caller.replies).toBe(legs)
    const heard = lettersHeard(call.legs.bot)
    expect(textOf(heard).split('sorrywewere')).toHaveLength(legs)

    const requests = vendors.openAI.requests
      .map(({ atMs, body }) => ({ atMs, messages: body.messages }))
      .filter(({ messages }) => wordsOf(messages, 'user')[0] === letters(callerLines[n]!.text))
    for (const { atMs, messages } of requests) {
      const heardByThen = textOf(heard.filter(({ endMs }) => endMs <= atMs - beganAtMs))
      expect(whyNotHeard(toldIn(messages), heardByThen, [...KNOWN, ...answers])).toBeNull()
      const leg = cuts.filter(cut => cut.atMs < atMs - beganAtMs).length
      expect(linesTold(messages, caller)).toEqual(expect.arrayContaining(caller.said.slice(0, leg)))
    }
    expect(linesTold(requests.at(-1)!.messages, caller)).toEqual(caller.said)
  }
  expect(vendors.violations()).toEqual([])
}, 120_000)

const textOf = (heard: readonly HeardLetter[]): string => heard.map(({ letter }) => letter).join('')

type Messages = EmulatedVendors['openAI']['requests'][number]['body']['messages']

const contents = (messages: Messages, role: 'user' | 'assistant'): readonly string[] =>
  messages.flatMap(message => (message.role === role ? [String(message.content)] : []))

const wordsOf = (messages: Messages, role: 'user' | 'assistant'): readonly string[] => contents(messages, role).map(letters)

/** The caller's lines that the model is told, in its order, as often as it is told them. */
function linesTold(messages: Messages, { said }: ResumableCaller): readonly string[] {
  const told = wordsOf(messages, 'user').join('')
  const places = said.flatMap(line => [...told.matchAll(new RegExp(letters(line), 'g'))].map(({ index }) => ({ line, index })))
  return places.toSorted((a, b) => a.index - b.index).map(({ line }) => line)
}

const toldIn = (messages: Messages): readonly Told[] =>
  contents(messages, 'assistant').map(text => ({ text: text.replace(INTERRUPTED, ''), interrupted: text.endsWith(INTERRUPTED) }))

/** Each of the calls on it has heard enough of its reply, and one at least is in the middle of it. */
function isWorthKilling(
  server: ServerProcess,
  phones: readonly Phone[],
  balancer: LoadBalancer,
  answers: readonly string[],
): boolean {
  const carried = phones.filter(({ callSid }) => balancer.carrierOf(callSid) === server.url)
  const mayBeCut = carried.every(({ caller, cuts }) => caller.hasHeardEnough && cuts.length < CUTS_PER_CALL)
  return mayBeCut && carried.some(phone => isInMidReply(phone, answers))
}

/** What sounds is an answer: on a machine too busy to hear the caller in time, it may be the first words that go on. */
function isInMidReply({ call, caller }: Phone, answers: readonly string[]): boolean {
  if (!caller.isHearing) return false
  const newest = textOf(lettersHeard(call.legs.bot.subarray(-NEWEST_MS * 8)))
  return newest.length > 1 && answers.some(answer => letters(answer).includes(newest))
}

async function ring(n: number, network: LoadBalancer, random: () => number): Promise<Phone> {
  const caller = new ResumableCaller({
    lines: callerLines.map((_, i) => callerLines[(n + i) % callerLines.length]!),
    fallsInAfterMs: 800,
    ripeAfterMs: callerLines.map(() => 300 + random() * 1_850),
  })
  const callSid = `CA${String(n).repeat(32)}`
  const cuts: Cut[] = []
  const call = placeCall({
    network,
    clock: realClock,
    random: chance(SEED + n),
    voiceUrl: `${PUBLIC_URL}/twilio/voice`,
    authToken: AUTH_TOKEN,
    // Nobody is taken for somebody who has called before.
    identity: { callSid, from: `+1510555020${n}` },
    caller,
    lenient: true,
    watch(event) {
      if (event.type === 'stream-began') caller.connected()
      const last = cuts.at(-1)
      if (event.type === 'bot-audible' && last && event.atMs > last.atMs) last.resumedAfterMs ??= event.atMs - last.atMs
    },
  })
  await call.begun
  return { call, callSid, caller, cuts, beganAtMs: realClock.now() - call.nowMs }
}

type Fleet = {
  readonly ready: () => readonly ServerProcess[]
  readonly killAndRestart: (server: ServerProcess) => Promise<void>
  readonly output: () => string
}

async function startFleet(vendors: EmulatedVendors): Promise<Fleet> {
  const dataDir = mkdtempSync(join(tmpdir(), 'halfsecond-fleet-'))
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const start = async (): Promise<ServerProcess> => {
    const server = await startServerProcess({
      ...vendors.environment,
      DATA_DIR: dataDir,
      PUBLIC_URL,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      RECORDING: 'always',
    })
    cleanUp.push(async () => {
      await server.stop('SIGKILL')
      server.clean()
    })
    return server
  }
  const first = await start()
  let servers = [first, await start()]
  const all = [...servers]
  return {
    ready: () => servers,
    async killAndRestart(server) {
      servers = servers.filter(each => each !== server)
      await server.stop('SIGKILL')
      const again = await start()
      all.push(again)
      servers = [...servers, again]
    },
    output: () => all.map(server => server.output()).join('\n'),
  }
}

/** Looks with every frame of a call. */
async function when<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    await new Promise(resolve => realClock.after(20, () => resolve(null)))
  }
}

const tableOf = (phones: readonly Phone[]): string =>
  phones
    .flatMap(({ callSid, cuts, caller, call }) => [
      `${callSid.slice(0, 6)}… ${caller.said.length} lines said, ${caller.replies} replies; heard ${textOf(lettersHeard(call.legs.bot))}`,
      ...cuts.map(
        ({ leg, atMs, midReply, resumedAfterMs }) =>
          `  leg ${leg} cut ${midReply ? 'in mid-reply' : 'between replies'} at ${atMs.toFixed(0)} ms, first sound after ${resumedAfterMs?.toFixed(0) ?? '-'} ms`,
      ),
    ])
    .join('\n')
