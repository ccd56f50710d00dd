/**
 * An emulated Twilio for one phone call: asks the voice webhook what to do, does it verb by verb, runs the media stream, and
 * reports to the status callbacks, over real sockets or into an application in this process. What the real service would
 * refuse is noted and, unless the call is `lenient`, fails it. Time and chance are injected.
 *
 * It does not speak `<Say>`, play `<Play>` or collect `<Gather>`: these are noted and done at once.
 */
import type { Clock } from '../../../src/ports.ts'
import type { Caller } from './caller.ts'
import { dialNumber, type Dialled, type DialPlan } from './dial.ts'
import { newSid, signature, type CallStatus, type Identity } from './identity.ts'
import { joinLegs, type Legs } from './legs.ts'
import { MediaStream, type LineConditions, type StreamEnd, type StreamEvent } from './media-stream.ts'
import type { Form, Network, Socket } from './network.ts'
import { readStreamNoun, type StreamNoun } from './stream-noun.ts'
import { parseTwiml, type Verb } from './twiml.ts'
import { reasonOf, Webhooks, type Asked } from './webhooks.ts'

export type PhoneCallOptions = {
  readonly network: Network
  readonly clock: Clock
  /** From 0 to below 1: names and jitter come from it. */
  readonly random: () => number
  /** The number's webhook, as Twilio knows it: `https://bot.example.com/twilio/voice`. */
  readonly voiceUrl: string
  /** The number's status callback, told when the call is over. */
  readonly statusCallback?: string
  readonly caller: Caller
  /** Of each stream of the call. */
  readonly line?: LineConditions
  /** What comes of each `<Dial>` of the call, in order; of more than these: answered, and hung up at once. */
  readonly dials?: readonly DialPlan[]
  /** Signs all requests, as Twilio does. */
  readonly authToken?: string
  readonly identity?: Partial<Identity>
  /** Further parameters of all webhooks. */
  readonly parameters?: Form
  /** Told of everything as it happens. */
  readonly watch?: (event: CallEvent) => void
  /** Notes what the real service would refuse, but does not fail. */
  readonly lenient?: boolean
}

/** What happened, in call time: milliseconds since the first media stream began, and 0 before that. */
export type CallEvent =
  | StreamEvent
  | ({ readonly atMs: number } & (
      | ({ readonly type: 'asked' } & Asked)
      | { readonly type: 'verb'; readonly verb: Verb }
      | { readonly type: 'ringing'; readonly number: string }
      | ({ readonly type: 'dialled' } & Dialled)
      | { readonly type: 'stream-began'; readonly streamSid: string; readonly parameters: Form }
      | { readonly type: 'stream-ended'; readonly how: StreamEnd }
    ))

export type Refusal = CallEvent & { readonly type: 'refused' }

export type CallRecord = {
  readonly identity: Identity
  readonly events: readonly CallEvent[]
  /** What Twilio's debugger would list. */
  readonly refusals: readonly Refusal[]
  readonly legs: Legs
}

/** Rings the bot. The call goes on until somebody hangs up or the TwiML has nothing more to do. */
export const placeCall = (options: PhoneCallOptions): PhoneCall => new PhoneCall(options)

/** TwiML to be done, and where it came from: its relative addresses count from there. */
type Document = { readonly url: string; readonly verbs: readonly Verb[] }

/** Where a call goes after a verb. */
type Next = Document | 'next-verb' | 'hang-up'

/** A call that goes from document to document stops here, so that a loop of redirects ends. */
const MOST_DOCUMENTS = 50

export class PhoneCall {
  readonly identity: Identity
  readonly events: CallEvent[] = []
  /** Fulfils when the call is over and all callbacks are answered. Rejects if the real service would have refused anything. */
  readonly ended: Promise<CallRecord>
  /** Fulfils when the first stream has begun, or when the call is over without one. */
  readonly begun: Promise<void>
  readonly #options: PhoneCallOptions
  readonly #webhooks: Webhooks
  readonly #streams: MediaStream[] = []
  readonly #hungUp = Promise.withResolvers<void>()
  readonly #begun = Promise.withResolvers<void>()
  #stream: MediaStream | null = null
  #beganAt: number | null = null
  #over = false
  #dialled = 0
  #replacement: string | null = null

  constructor(options: PhoneCallOptions) {
    const { network, clock, random, authToken, parameters = {} } = options
    this.#options = options
    this.identity = {
      accountSid: newSid('AC', random),
      callSid: newSid('CA', random),
      from: '+15105550111',
      to: '+14155550122',
      direction: 'inbound',
      ...options.identity,
    }
    this.#webhooks = new Webhooks({
      network,
      clock,
      identity: this.identity,
      authToken,
      parameters,
      tell: asked => this.#note({ type: 'asked', atMs: this.nowMs, ...asked }),
      refuse: (code, reason) => this.#refuse(code, reason),
    })
    this.begun = this.#begun.promise
    this.ended = this.#run()
    // Whoever placed the call may look at it later; until then a refusal must not end the process.
    this.ended.catch(() => {})
  }

  /** Call time. */
  get nowMs(): number {
    return this.#beganAt === null ? 0 : this.#options.clock.now() - this.#beganAt
  }

  /** The caller hangs up. */
  hangUp(): void {
    this.#over = true
    this.#hungUp.resolve()
    this.#stream?.end('caller-hung-up')
  }

  press(digit: string): void {
    this.#stream?.press(digit)
  }

  /** Holds back everything that goes to the bot over the stream, until `resume` sends it in one burst. */
  pause(): void {
    this.#stream?.pause()
  }

  resume(): void {
    this.#stream?.resume()
  }

  /** The stream's connection is gone, without `stop`. */
  loseConnection(): void {
    this.#stream?.end('connection-lost')
  }

  /** What a REST update of the call does: ends the stream and goes on with this TwiML. */
  replaceTwiml(twiml: string): void {
    this.#replacement = twiml
    this.#stream?.end('replaced')
  }

  /** What was said and heard up to now, or in the whole call once it is over. */
  get legs(): Legs {
    return joinLegs(this.#streams.map(stream => stream.legs))
  }

  /* ── Document by document ────────────────────────────────────────────────────────────────────────────────── */

  async #run(): Promise<CallRecord> {
    const { voiceUrl, lenient = false } = this.#options
    let next = await this.#fetch(voiceUrl, 'ringing')
    for (let count = 1; typeof next === 'object' && count < MOST_DOCUMENTS; count++) next = await this.#perform(next)
    this.#over = true
    this.#begun.resolve()
    this.#reportCompleted()
    await this.#webhooks.settled()
    const refusals = this.events.filter(event => event.type === 'refused')
    if (refusals.length > 0 && !lenient) throw new Error(`Twilio would have refused:\n${refusals.map(describe).join('\n')}`)
    return { identity: this.identity, events: this.events, refusals, legs: this.legs }
  }

  /** Does the verbs of a document, until one of them leads elsewhere. */
  async #perform({ url, verbs }: Document): Promise<Document | 'hang-up'> {
    for (const verb of verbs) {
      if (this.#over) return 'hang-up'
      this.#note({ type: 'verb', atMs: this.nowMs, verb })
      const next = await this.#do(verb, url)
      const replacement = this.#takeReplacement(url)
      if (replacement) return replacement
      if (next !== 'next-verb') return next
    }
    return 'hang-up'
  }

  async #do(verb: Verb, url: string): Promise<Next> {
    switch (verb.name) {
      case 'Hangup':
      case 'Reject':
        return 'hang-up'
      case 'Redirect':
        return this.#fetch(new URL(verb.text.trim(), url).href, 'in-progress')
      case 'Connect':
        await this.#connect(verb, url)
        return this.#afterwards(verb, url, {})
      case 'Dial':
        return this.#afterwards(verb, url, await this.#dial(verb, url))
      case 'Pause':
        await this.#wait(1000 * Number(verb.attributes['length'] ?? 1))
        return 'next-verb'
      case 'Say':
      case 'Play':
      case 'Start':
      case 'Stop':
      case 'Gather':
      case 'Record':
        return 'next-verb'
      default:
        this.#refuse(12_200, `<${verb.name}> is no verb`)
        return 'next-verb'
    }
  }

  /** A verb with an `action` leads there; the verbs after it are then not done. */
  async #afterwards(verb: Verb, url: string, more: Form): Promise<Next> {
    const { action } = verb.attributes
    if (this.#over || this.#replacement !== null) return 'hang-up'
    return action === undefined ? 'next-verb' : this.#fetch(new URL(action, url).href, 'in-progress', more)
  }

  async #fetch(url: string, status: CallStatus, more: Form = {}): Promise<Document | 'hang-up'> {
    const twiml = await this.#webhooks.ask(url, status, more)
    return twiml === null ? 'hang-up' : this.#read(url, twiml)
  }

  async #dial(verb: Verb, documentUrl: string): Promise<Form> {
    const { random, clock, dials = [] } = this.#options
    this.#note({ type: 'ringing', atMs: this.nowMs, number: verb.text.trim() || (verb.children[0]?.text.trim() ?? '') })
    const { dialled, form } = await dialNumber(verb, {
      identity: this.identity,
      personSid: newSid('CA', random),
      documentUrl,
      plan: dials[this.#dialled++] ?? { outcome: 'answered', afterMs: 0 },
      wait: ms => this.#wait(ms),
      ask: async (url, more) => {
        const document = await this.#fetch(url, 'in-progress', more)
        return document === 'hang-up' ? null : document.verbs
      },
      now: () => clock.now(),
      refuse: (code, reason) => this.#refuse(code, reason),
    })
    this.#note({ type: 'dialled', atMs: this.nowMs, ...dialled })
    return form
  }

  #read(url: string, twiml: string): Document | 'hang-up' {
    try {
      return { url, verbs: parseTwiml(twiml) }
    } catch (error) {
      this.#refuse(12_100, `the TwiML of ${url} cannot be read: ${reasonOf(error)}`)
      return 'hang-up'
    }
  }

  #takeReplacement(url: string): Document | 'hang-up' | null {
    const replacement = this.#replacement
    this.#replacement = null
    return replacement === null || this.#over ? null : this.#read(url, replacement)
  }

  async #wait(ms: number): Promise<void> {
    if (ms <= 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.clock.after(ms, resolve)
    await Promise.race([promise, this.#hungUp.promise])
    cancel()
  }

  /* ── The stream ──────────────────────────────────────────────────────────────────────────────────────────── */

  async #connect(connect: Verb, documentUrl: string): Promise<void> {
    const noun = readStreamNoun(connect, documentUrl)
    if ('code' in noun) return this.#refuse(noun.code, noun.reason)
    const streamSid = newSid('MZ', this.#options.random)
    const stream = this.#newStream(streamSid, noun)
    const socket = await this.#openSocket(noun.url, stream)
    if (!socket) return
    const beganMs = this.nowMs
    this.#beganAt ??= this.#options.clock.now()
    this.#streams.push(stream)
    this.#note({ type: 'stream-began', atMs: beganMs, streamSid, parameters: noun.parameters })
    this.#reportStream(noun, streamSid, { StreamEvent: 'stream-started' })
    stream.begin(socket, beganMs)
    this.#begun.resolve()
    const how = await stream.ended
    this.#stream = null
    if (how === 'caller-hung-up') this.#over = true
    this.#note({ type: 'stream-ended', atMs: this.nowMs, how })
    const lost = how === 'connection-lost'
    if (lost) this.#reportStream(noun, streamSid, { StreamEvent: 'stream-error', StreamError: 'the connection was lost' })
    this.#reportStream(noun, streamSid, { StreamEvent: 'stream-stopped' })
  }

  async #openSocket(url: string, stream: MediaStream): Promise<Socket | null> {
    const { network, authToken } = this.#options
    try {
      return await network.connect(url, signature(authToken, url), stream)
    } catch (error) {
      this.#stream = null
      this.#refuse(31_920, `no stream to ${url}: ${reasonOf(error)}`)
      return null
    }
  }

  #newStream(streamSid: string, noun: StreamNoun): MediaStream {
    const { clock, random, line = {}, caller } = this.#options
    const { accountSid, callSid } = this.identity
    const reported = new Set<number>()
    const stream = new MediaStream({
      stream: { streamSid, accountSid, callSid },
      parameters: noun.parameters,
      clock,
      random,
      line,
      caller,
      tell: event => {
        this.#note(event)
        // Twilio reports each error once a stream.
        if (event.type !== 'refused' || reported.has(event.code)) return
        reported.add(event.code)
        this.#reportStream(noun, streamSid, { StreamEvent: 'stream-error', StreamError: `${event.code} ${event.reason}` })
      },
    })
    this.#stream = stream
    if (this.#over) stream.end('caller-hung-up')
    return stream
  }

  /* ── Reports ─────────────────────────────────────────────────────────────────────────────────────────────── */

  #reportStream({ statusCallback, name }: StreamNoun, streamSid: string, form: Form): void {
    if (statusCallback !== null)
      this.#webhooks.report(statusCallback, { StreamSid: streamSid, StreamName: name ?? streamSid, ...form })
  }

  #reportCompleted(): void {
    const { statusCallback } = this.#options
    if (statusCallback === undefined) return
    const seconds = String(Math.ceil(this.nowMs / 1000))
    this.#webhooks.report(statusCallback, {
      CallStatus: 'completed',
      CallDuration: seconds,
      Duration: String(Math.ceil(this.nowMs / 60_000)),
      CallbackSource: 'call-progress-events',
      SequenceNumber: '0',
      From: this.identity.from,
      To: this.identity.to,
      Direction: this.identity.direction,
      ApiVersion: '2010-04-01',
    })
  }

  #refuse(code: number, reason: string): void {
    this.#note({ type: 'refused', atMs: this.nowMs, code, reason })
  }

  #note(event: CallEvent): void {
    this.events.push(event)
    this.#options.watch?.(event)
  }
}

const describe = ({ atMs, code, reason }: Refusal): string => `${code} at ${atMs} ms: ${reason}`
