/**
 * One bidirectional media stream, from `start` to `stop`, on Twilio's side of the socket. Sends the caller's frames every 20 ms
 * by an absolute schedule (a late tick is made up for by a burst, so it never drifts), plays what the bot sends, returns marks
 * when they are reached, and notes what the real service would refuse.
 */
import { FRAME_MS, BYTES_PER_MS, type Frame } from '../../../src/audio/frames.ts'
import type { Clock } from '../../../src/ports.ts'
import type { Caller } from './caller.ts'
import type { Legs } from './legs.ts'
import {
  binaryFrame,
  connected,
  dtmf,
  encode,
  mark,
  media,
  readFromBot,
  start,
  stop,
  type FromBot,
  type Stream,
  type ToBot,
} from './messages.ts'
import type { Socket, SocketListener } from './network.ts'
import { Playback, type PlaybackNews } from './playback.ts'
import { Uplink } from './uplink.ts'

/** What the line does to the call. Times are of the stream. */
export type LineConditions = {
  /** Frames not sent at all, as some networks send no silence. The timestamps tell of the gap. */
  readonly drops?: (frame: Frame) => boolean
  /** Each message comes up to this much late, in order. */
  readonly jitterMs?: number
  /** Nothing comes through during these; then everything at once. */
  readonly stalls?: readonly { readonly atMs: number; readonly forMs: number }[]
  /** Keys the caller presses. */
  readonly keys?: readonly { readonly atMs: number; readonly digit: string }[]
  /** The connection is gone, without `stop`. */
  readonly lostAtMs?: number
  /** The timestamp of the first frame: Twilio does not promise 0. */
  readonly firstTimestampMs?: number
}

export type StreamEnd = 'caller-hung-up' | 'bot-closed' | 'connection-lost' | 'replaced'

/** What happened on a stream, in call time; marks and the bot's voice are exact to the sample. */
export type StreamEvent = { readonly atMs: number } & (
  | { readonly type: 'media'; readonly bytes: number }
  | { readonly type: 'mark'; readonly name: string }
  | { readonly type: 'clear'; readonly droppedMs: number }
  | { readonly type: 'mark-returned'; readonly name: string; readonly cleared: boolean }
  | { readonly type: 'bot-audible' }
  | { readonly type: 'bot-quiet' }
  | { readonly type: 'key'; readonly digit: string }
  | { readonly type: 'refused'; readonly code: number; readonly reason: string }
)

export type MediaStreamOptions = {
  readonly stream: Stream
  readonly parameters: Readonly<Record<string, string>>
  readonly clock: Clock
  /** From 0 to below 1; decides how late each message is. */
  readonly random: () => number
  readonly line: LineConditions
  readonly caller: Caller
  readonly tell: (event: StreamEvent) => void
}

/** https://datatracker.ietf.org/doc/html/rfc6455#section-7.1.5 */
const NO_CLOSE_FRAME = 1006

export class MediaStream implements SocketListener {
  /** How the stream ended; the connection is closed by then. */
  readonly ended: Promise<StreamEnd>
  readonly #options: MediaStreamOptions
  readonly #playback = new Playback(news => this.#onPlayback(news))
  readonly #uplink: Uplink
  readonly #said: Frame[] = []
  readonly #closed = Promise.withResolvers<StreamEnd>()
  #socket: Socket | null = null
  #beganAt: number | null = null
  #beganMs = 0
  #end: StreamEnd | null = null
  #sequenceNumber = 0
  #chunk = 0
  #keys: readonly { readonly atMs: number; readonly digit: string }[]
  #stalled = false
  #disarmFrame: () => void = () => {}
  #disarmMark: () => void = () => {}

  constructor(options: MediaStreamOptions) {
    this.ended = this.#closed.promise
    this.#options = options
    this.#keys = options.line.keys ?? []
    this.#uplink = new Uplink(options.clock, text => this.#socket?.send(text))
  }

  /** The socket is open: greets the bot and lets the caller be heard. `beganMs` is now, in call time. */
  begin(socket: Socket, beganMs: number): void {
    this.#socket = socket
    this.#beganMs = beganMs
    if (this.#end !== null) return socket.close()
    this.#send(connected)
    this.#beganAt = this.#options.clock.now()
    this.#send(start(this.#options.stream, this.#options.parameters))
    this.#awaitFrame()
  }

  /** Ends the stream as Twilio does: with `stop`, if the connection still is there. */
  end(how: StreamEnd): void {
    if (this.#end !== null) return
    this.#playback.advance(this.#nowMs)
    if (how === 'connection-lost') {
      this.#uplink.cut()
      this.#socket?.lose()
    } else if (how !== 'bot-closed') {
      this.#uplink.flush()
      this.#send(stop(this.#options.stream))
      this.#uplink.flush()
      this.#socket?.close()
    }
    this.#end = how
    this.#uplink.cut()
    this.#disarmFrame()
    this.#disarmMark()
  }

  press(digit: string): void {
    if (this.#end !== null || this.#beganAt === null) return
    this.#tell({ type: 'key', atMs: this.#nowMs, digit })
    this.#send(dtmf(digit))
  }

  /** Holds everything back that goes to the bot, until `resume` lets it go in one burst. */
  pause(): void {
    this.#uplink.hold()
  }

  resume(): void {
    this.#uplink.release()
  }

  /** What has been said and heard since the stream began, at `beganMs` in call time. */
  get legs(): Legs & { readonly beganMs: number } {
    return { beganMs: this.#beganMs, caller: new Uint8Array(Buffer.concat(this.#said)), bot: this.#playback.heard() }
  }

  /* ── From the bot ────────────────────────────────────────────────────────────────────────────────────────── */

  onText(text: string): void {
    if (this.#end !== null) return
    this.#take(readFromBot(text, this.#beganAt === null ? null : this.#options.stream.streamSid))
  }

  onBinary(): void {
    if (this.#end === null) this.#take(binaryFrame)
  }

  onClose(code: number): void {
    // No close frame came: the bot's process or the network between is gone. What was buffered is not played any more.
    this.end(code === NO_CLOSE_FRAME ? 'connection-lost' : 'bot-closed')
    this.#closed.resolve(this.#end ?? 'bot-closed')
  }

  #take(message: FromBot): void {
    const atMs = this.#nowMs
    this.#playback.advance(atMs)
    switch (message.event) {
      case 'media':
        this.#tell({ type: 'media', atMs, bytes: message.audio.length })
        this.#play(message.audio, atMs)
        break
      case 'mark':
        this.#tell({ type: 'mark', atMs, name: message.name })
        this.#playback.mark(message.name)
        break
      case 'clear':
        // Told before the marks that it sets free.
        this.#tell({ type: 'clear', atMs, droppedMs: this.#playback.bufferedBytes / BYTES_PER_MS })
        this.#playback.clear()
        break
      case 'refused':
        this.#tell({ type: 'refused', atMs, code: message.code, reason: message.reason })
        break
      default:
        return message satisfies never
    }
    this.#awaitMark()
  }

  #play(audio: Uint8Array, atMs: number): void {
    const excess = this.#playback.play(audio)
    if (excess > 0) {
      this.#tell({ type: 'refused', atMs, code: 31931, reason: `more than 10 minutes buffered: ${excess} bytes are discarded` })
    }
  }

  #onPlayback(news: PlaybackNews): void {
    if (news.type !== 'mark') return this.#tell({ type: `bot-${news.type}`, atMs: news.atMs })
    this.#tell({ type: 'mark-returned', atMs: news.atMs, name: news.name, cleared: news.cleared })
    this.#send(mark(news.name))
  }

  #awaitMark(): void {
    this.#disarmMark()
    const nextMs = this.#playback.nextMarkMs
    if (nextMs === null || this.#end !== null) return
    this.#disarmMark = this.#options.clock.after(nextMs - this.#nowMs, () => {
      this.#playback.advance(this.#nowMs)
      this.#awaitMark()
    })
  }

  /* ── From the caller ─────────────────────────────────────────────────────────────────────────────────────── */

  #awaitFrame(): void {
    if (this.#end !== null) return
    const dueMs = (this.#said.length + 1) * FRAME_MS
    this.#disarmFrame = this.#options.clock.after(dueMs - this.#nowMs, () => this.#sendDueFrames())
  }

  /** A frame is sent when its last sample has been spoken; after a stall of this process all that are due are sent at once. */
  #sendDueFrames(): void {
    this.#playback.advance(this.#nowMs)
    while ((this.#said.length + 1) * FRAME_MS <= this.#nowMs + 1e-6) {
      this.#sendFrame(this.#said.length * FRAME_MS)
      if (this.#end !== null) return
    }
    this.#awaitFrame()
  }

  #sendFrame(fromMs: number): void {
    const { line, caller, random } = this.#options
    const frame = caller.speak(this.#momentAt(fromMs))
    if (frame === 'hang-up') return this.end('caller-hung-up')
    this.#said.push(frame)
    if (!line.drops?.(frame)) {
      this.#chunk += 1
      this.#send(media(this.#chunk, (line.firstTimestampMs ?? 0) + fromMs, frame), random() * (line.jitterMs ?? 0))
    }
    this.#meetConditions(fromMs + FRAME_MS)
  }

  #meetConditions(nowMs: number): void {
    const { stalls = [], lostAtMs = Infinity } = this.#options.line
    for (const { digit } of this.#keys.filter(key => key.atMs <= nowMs)) this.press(digit)
    this.#keys = this.#keys.filter(key => key.atMs > nowMs)
    const stalled = stalls.some(({ atMs, forMs }) => atMs <= nowMs && nowMs < atMs + forMs)
    if (stalled !== this.#stalled) {
      if (stalled) this.pause()
      else this.resume()
    }
    this.#stalled = stalled
    if (nowMs >= lostAtMs) this.end('connection-lost')
  }

  #momentAt(fromMs: number) {
    const { audible, sinceMs } = this.#playback.state
    const lastsMs = Math.max(0, fromMs - sinceMs)
    return { atMs: this.#beganMs + fromMs, botAudibleMs: audible ? lastsMs : 0, botQuietMs: audible ? 0 : lastsMs }
  }

  #send(message: ToBot, lateMs = 0): void {
    const number = message.event === 'connected' ? 0 : ++this.#sequenceNumber
    this.#uplink.send(encode(message, number, this.#options.stream.streamSid), lateMs)
  }

  /** Events are noted in stream time and told in call time. */
  #tell(event: StreamEvent): void {
    this.#options.tell({ ...event, atMs: this.#beganMs + event.atMs })
  }

  /** Stream time. */
  get #nowMs(): number {
    return this.#beganAt === null ? 0 : this.#options.clock.now() - this.#beganAt
  }
}
