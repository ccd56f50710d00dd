/** What the emulated ElevenLabs can be told to do wrong. Each fault happens once, or `times` times, at its first occasion. */

export type Fault =
  /** The upgrade is answered with an HTTP status instead. */
  | { readonly type: 'refuse-socket'; readonly status: number; readonly body?: string; times?: number }
  /** The upgrade is never answered. */
  | { readonly type: 'silent-socket'; times?: number }
  /** The TCP connection dies once so much audio has been sent on a context. */
  | { readonly type: 'cut-socket'; readonly afterAudioMs: number; times?: number }
  /** An error frame, then a close, as the first text of a context comes in. */
  | { readonly type: 'refuse-text'; readonly error: string; readonly message: string; readonly code: number; times?: number }
  /** An error frame in place of audio, and the socket stays open. */
  | { readonly type: 'error-frame'; readonly error: string; readonly message: string; times?: number }
  /** A frame that is not JSON, before the first audio. */
  | { readonly type: 'garbage-frame'; times?: number }
  /** Nothing more comes on a context once so much audio has been sent on it. */
  | { readonly type: 'stall'; readonly afterAudioMs: number; times?: number }
  /** Closing a context before its first audio loses what it had to say: its end comes without audio, or never. */
  | { readonly type: 'close-race'; readonly final: boolean; times?: number }
  /** A closed context's end is never told. */
  | { readonly type: 'no-final'; times?: number }
  /** The service ends a context by itself once it has spoken a text, whatever else it was given. */
  | { readonly type: 'early-final'; times?: number }
  /** A text that contains this is never spoken. */
  | { readonly type: 'lose-text'; readonly containing: string; times?: number }
  /** Audio still comes for a context after its end. */
  | { readonly type: 'late-audio'; times?: number }
  /** An HTTP speech request is answered with this instead of audio. */
  | {
      readonly type: 'http'
      readonly status: number
      readonly body: string
      readonly contentType?: string
      readonly path?: RegExp
      times?: number
    }
  /** An HTTP body breaks off after so many bytes. */
  | { readonly type: 'cut-body'; readonly afterBytes: number; times?: number }
  /** An HTTP body stops coming after so many bytes, and never ends. */
  | { readonly type: 'stalled-body'; readonly afterBytes: number; times?: number }

type Of<Type extends Fault['type']> = Extract<Fault, { type: Type }>

/** Faults still to come. */
export class Faults {
  #waiting: Fault[]

  constructor(faults: readonly Fault[] = []) {
    this.#waiting = faults.map(fault => ({ ...fault }))
  }

  add(fault: Fault): void {
    this.#waiting.push({ ...fault })
  }

  /** The next fault of this type that applies, which is thereby used up. */
  take<Type extends Fault['type']>(type: Type, applies: (fault: Of<Type>) => boolean = () => true): Of<Type> | null {
    const fault = this.#waiting.find((other): other is Of<Type> => other.type === type && applies(other as Of<Type>))
    if (!fault) return null
    fault.times = (fault.times ?? 1) - 1
    if (fault.times <= 0) this.#waiting = this.#waiting.filter(other => other !== fault)
    return fault
  }
}
