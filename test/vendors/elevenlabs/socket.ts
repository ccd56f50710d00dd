/**
 * The multi-context WebSocket of the emulated ElevenLabs: contexts with a ledger of five, generation by message (auto mode)
 * or by the chunk schedule, alignment in the spellings seen in the wild, `isFinal` only after `close_context`. What the
 * real service would refuse it refuses, and reports as a violation.
 */
import type { WebSocket } from 'ws'
import { BYTES_PER_MS } from '../../../src/audio/frames.ts'
import type { Clock } from '../../../src/ports.ts'
import type { Faults } from './faults.ts'
import { alignmentBetween, normalised, synthesise } from './speech.ts'
import type { Alignment } from './speech.ts'

export type Profile = {
  /** From a text that finds its context idle to its first audio. */
  readonly firstAudioMs: number
  /** How much faster than speech the audio is made. */
  readonly realTimeFactor: number
  /** Bytes of audio in a message; an odd number keeps nobody's hopes of whole frames alive. */
  readonly chunkBytes: number
  /**
   * Which messages carry an alignment: each, a segment's first for the whole segment, each of a context's first segment
   * only, none, or each but of the normalised text.
   */
  readonly alignment: 'each' | 'first' | 'once' | 'none' | 'normalised'
  readonly spelling: 'camel' | 'snake'
  /** Whether the last audio of a context and its `isFinal` share a frame. */
  readonly finalCarriesAudio: boolean
  /** From where an answer by HTTP counts its times: the answer's beginning, or that of each piece of it. */
  readonly httpTimes: 'answer' | 'piece'
  /** From `close_context` with nothing left to say to `isFinal`. */
  readonly finalMs: number
}

export type SocketSettings = {
  readonly autoMode: boolean
  readonly inactivityMs: number
}

export type SocketWorld = {
  readonly clock: Clock
  readonly profile: Profile
  readonly faults: Faults
  readonly violation: (text: string) => void
  readonly log: (type: string, facts: Readonly<Record<string, unknown>>) => void
}

const MAX_CONTEXTS = 5
const CHUNK_SCHEDULE = [120, 160, 250, 290]
const FIELDS = ['text', 'context_id', 'voice_settings', 'generation_config', 'flush', 'close_context', 'close_socket']

type Context = {
  readonly id: string
  readonly voiceSettings: string
  buffered: string
  generations: number
  flushed: boolean
  closing: boolean
  sentAudioMs: number
  busyUntilMs: number
  lastInputMs: number
  stalled: boolean
  readonly timers: Set<() => void>
  /** Segments made or being made and not yet sent to the end. */
  pending: number
  lastChunk: string | null
}

export class MultiContextSocket {
  readonly contexts = new Map<string, Context>()
  readonly #closedIds = new Set<string>()
  readonly #socket: WebSocket
  readonly #settings: SocketSettings
  readonly #world: SocketWorld
  #stopWatching = (): void => {}
  #lastInputMs: number

  constructor(socket: WebSocket, settings: SocketSettings, world: SocketWorld) {
    this.#socket = socket
    this.#settings = settings
    this.#world = world
    this.#lastInputMs = world.clock.now()
    socket.on('message', data => this.#receive(Buffer.isBuffer(data) ? data.toString() : ''))
    socket.on('close', (code, reason) => {
      world.log('socket-closed', { code, reason: reason.toString() })
      this.#stopWatching()
      for (const context of this.contexts.values()) this.#stop(context)
      this.contexts.clear()
    })
    this.#watch()
  }

  #receive(data: string): void {
    const message = parse(data)
    if (!message) return this.#world.violation(`not a JSON object: ${data.slice(0, 80)}`)
    this.#world.log('received', message)
    for (const field of Object.keys(message)) if (!FIELDS.includes(field)) this.#world.violation(`unknown field ${field}`)
    this.#lastInputMs = this.#world.clock.now()
    if (message['close_socket'] === true) return this.#socket.close(1000)
    const id = message['context_id']
    if (typeof id !== 'string' || !id) return this.#world.violation('a message without context_id opens the default context')
    const known = this.contexts.get(id)
    if (!known || known.closing) return this.#open(id, message)
    known.lastInputMs = this.#world.clock.now()
    if (message['close_context'] === true) return this.#close(known)
    this.#text(known, message)
  }

  #open(id: string, message: Readonly<Record<string, unknown>>): void {
    const text = message['text']
    if (this.#closedIds.has(id)) this.#world.violation(`context ${id} is closed; this opens a phantom of the same name`)
    else if (typeof text !== 'string') this.#world.violation(`flush or close of the unknown context ${id} opens a phantom`)
    else if (text !== ' ') this.#world.violation(`the first text of context ${id} must be a single space`)
    if (this.contexts.size >= MAX_CONTEXTS) {
      this.#world.violation('more than five contexts at once')
      const words = `Maximum simultaneous contexts per WebSocket connection exceeded (${MAX_CONTEXTS}). Please close an existing context before opening a new one.`
      return this.refuse('max_active_conversations', words, 1008)
    }
    const nowMs = this.#world.clock.now()
    const voiceSettings = JSON.stringify(message['voice_settings'] ?? null)
    const context: Context = {
      id,
      voiceSettings,
      buffered: '',
      generations: 0,
      flushed: false,
      closing: false,
      sentAudioMs: 0,
      busyUntilMs: nowMs,
      lastInputMs: nowMs,
      stalled: false,
      timers: new Set(),
      pending: 0,
      lastChunk: null,
    }
    this.contexts.set(id, context)
    this.#world.log('context-opened', { id, open: this.contexts.size })
  }

  #text(context: Context, message: Readonly<Record<string, unknown>>): void {
    const { text, flush } = message
    if ('voice_settings' in message && JSON.stringify(message['voice_settings']) !== context.voiceSettings) {
      this.#world.violation('voice_settings after the first message')
      const words = 'voice_settings field must be provided in the first message and then either be not provided or not change.'
      return this.refuse('policy_violation', words, 1008)
    }
    if (typeof text === 'string' && text !== '' && flush !== true && !text.endsWith(' '))
      this.#world.violation(`text must end with a space: "${text}"`)
    if (typeof text === 'string' && text === '' && flush === true)
      this.#world.violation('flush with an empty text is undocumented')
    const refusal = text ? this.#world.faults.take('refuse-text') : null
    if (refusal) return this.refuse(refusal.error, refusal.message, refusal.code)
    const complaint = text ? this.#world.faults.take('error-frame') : null
    if (complaint) return this.#send({ error: complaint.error, message: complaint.message })
    if (text && this.#world.faults.take('garbage-frame')) this.#socket.send('<html>502 Bad Gateway</html>')
    if (typeof text === 'string' && !this.#world.faults.take('lose-text', fault => text.includes(fault.containing)))
      context.buffered += text
    if (flush === true) context.flushed = true
    const due = CHUNK_SCHEDULE[Math.min(context.generations, CHUNK_SCHEDULE.length - 1)] ?? 0
    if (this.#settings.autoMode || flush === true || context.buffered.length >= due) this.#generate(context)
  }

  #generate(context: Context): void {
    const text = context.buffered
    context.buffered = ''
    if (!text.trim()) return
    context.generations++
    const { clock, profile } = this.#world
    const { audio, alignment } = synthesise(text)
    const idle = context.busyUntilMs <= clock.now()
    const startMs = idle ? clock.now() + profile.firstAudioMs : context.busyUntilMs
    const chunkMs = profile.chunkBytes / BYTES_PER_MS
    const first = context.generations === 1
    const chunks = Math.ceil(audio.length / profile.chunkBytes)
    context.busyUntilMs = startMs + (chunks * chunkMs) / profile.realTimeFactor
    context.pending++
    for (let index = 0; index < chunks; index++) {
      this.#later(context, startMs + (index * chunkMs) / profile.realTimeFactor - clock.now(), () => {
        const last = index === chunks - 1
        if (last) context.pending--
        this.#speak(context, audio.subarray(index * profile.chunkBytes, (index + 1) * profile.chunkBytes), {
          alignment: first || profile.alignment !== 'once' ? alignmentOf(profile, alignment, index, chunkMs) : null,
          final: last && context.closing && context.pending === 0 && profile.finalCarriesAudio,
        })
        if (last && this.#world.faults.take('early-final')) this.#end(context)
        else if (last) this.#finishIfClosed(context)
      })
    }
  }

  #speak(context: Context, audio: Buffer, { alignment, final }: { alignment: Alignment | null; final: boolean }): void {
    const { faults } = this.#world
    if (faults.take('stall', fault => context.sentAudioMs >= fault.afterAudioMs)) context.stalled = true
    if (context.stalled) return
    if (faults.take('cut-socket', fault => context.sentAudioMs + audio.length / BYTES_PER_MS > fault.afterAudioMs)) {
      this.#world.log('cut', { id: context.id, sentAudioMs: context.sentAudioMs })
      return this.#socket.terminate()
    }
    context.sentAudioMs += audio.length / BYTES_PER_MS
    context.lastChunk = audio.toString('base64')
    this.#send({
      audio: context.lastChunk,
      ...this.#named(context.id, final),
      alignment: alignment && this.#spelled(alignment),
      normalizedAlignment: alignment && this.#spelled(normalised(alignment)),
    })
    this.#world.log('audio', { id: context.id, bytes: audio.length, final })
    if (final) this.#forget(context)
  }

  #close(context: Context): void {
    context.closing = true
    this.#closedIds.add(context.id)
    this.#world.log('context-closing', { id: context.id })
    const race = context.sentAudioMs === 0 && context.generations > 0 ? this.#world.faults.take('close-race') : null
    if (race) {
      this.#stop(context)
      context.pending = 0
      if (!race.final) return
    }
    // A context that was told to flush flushes to its end; any other stops where it is (protocol page: "If it has already
    // been set to flush it will continue flushing").
    if (!context.flushed) {
      this.#stop(context)
      context.pending = 0
    }
    this.#finishIfClosed(context)
  }

  #finishIfClosed(context: Context): void {
    if (!context.closing || context.pending > 0 || !this.contexts.has(context.id) || context.stalled) return
    if (this.#world.faults.take('no-final')) return
    this.#later(context, this.#world.profile.finalMs, () => this.#end(context))
  }

  #end(context: Context): void {
    this.#send({ ...this.#named(context.id, true) })
    if (context.lastChunk && this.#world.faults.take('late-audio'))
      this.#send({ audio: context.lastChunk, ...this.#named(context.id, false), alignment: null })
    this.#forget(context)
  }

  #forget(context: Context): void {
    this.contexts.delete(context.id)
    this.#world.log('context-final', { id: context.id, open: this.contexts.size })
    this.#stop(context)
  }

  /** An error frame and the close that follows it. */
  refuse(error: string, message: string, code: number): void {
    this.#world.log('refused', { error, code })
    this.#send({ message, error, code })
    this.#socket.close(code, message.slice(0, 120))
  }

  /** Does something later, unless the context is stopped before. */
  #later(context: Context, delayMs: number, work: () => void): void {
    const cancel = this.#world.clock.after(Math.max(0, delayMs), () => {
      context.timers.delete(cancel)
      work()
    })
    context.timers.add(cancel)
  }

  #stop(context: Context): void {
    for (const cancel of context.timers) cancel()
    context.timers.clear()
  }

  /** Each context has its own inactivity limit; a socket without contexts has one too. */
  #watch(): void {
    const open = [...this.contexts.values()].filter(context => !context.closing)
    const oldestMs = open.length ? Math.min(...open.map(context => context.lastInputMs)) : this.#lastInputMs
    const leftMs = oldestMs + this.#settings.inactivityMs - this.#world.clock.now()
    if (leftMs > 0) {
      this.#stopWatching = this.#world.clock.after(leftMs, () => this.#watch())
      return
    }
    const seconds = this.#settings.inactivityMs / 1000
    this.refuse('input_timeout_exceeded', `Have not received a new text input within the timeout of ${seconds} seconds.`, 1008)
  }

  #named(id: string, final: boolean): Readonly<Record<string, unknown>> {
    return this.#world.profile.spelling === 'camel'
      ? { contextId: id, isFinal: final || null }
      : { context_id: id, ...(final ? { is_final: true } : {}) }
  }

  #spelled({ chars, startsMs, durationsMs }: Alignment): Readonly<Record<string, unknown>> {
    const durations = this.#world.profile.spelling === 'camel' ? 'charDurationsMs' : 'charsDurationsMs'
    return { chars, charStartTimesMs: startsMs, [durations]: durationsMs }
  }

  #send(frame: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(frame))
  }
}

function alignmentOf(profile: Profile, alignment: Alignment, index: number, chunkMs: number): Alignment | null {
  switch (profile.alignment) {
    case 'each':
    case 'once':
      return alignmentBetween(alignment, index * chunkMs, (index + 1) * chunkMs)
    case 'normalised':
      return alignmentBetween(normalised(alignment), index * chunkMs, (index + 1) * chunkMs)
    case 'first':
      return index === 0 ? alignment : null
    case 'none':
      return null
  }
}

function parse(data: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
