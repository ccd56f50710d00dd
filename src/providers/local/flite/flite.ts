/**
 * Speak with flite: synthetic, small and quick, on this machine.
 *
 * Each clause is spoken as soon as its phrase is known and handed out whole; an abort takes effect at once for the listener,
 * and for the engine between clauses. It adds a breath between clauses, never silence before or after a reply.
 */
import { byteLength, durationMs, SILENCE_BYTE } from '../../../audio/frames.ts'
import { ProviderError, type OpenVoice, type Speech, type SpokenWord } from '../../../ports.ts'
import { clausesOf, pauseAfterMs, type Clause } from './clauses.ts'
import type { ClauseVoice } from './engine.ts'
import type { FliteAnswer } from './worker.ts'
import { spokenForm } from './spoken-forms.ts'
import type { WorkQueue } from '../work-queue.ts'

/** The port on a shared engine: `voice` is shared by all calls through `queue`. */
export function createFlite(voice: ClauseVoice, queue: WorkQueue): OpenVoice {
  return callSignal => (phrases, replySignal) =>
    speakReply(phrases, clause => inTurn(queue, () => voice.say(clause)), AbortSignal.any([callSignal, replySignal]))
}

type Say = (words: readonly string[]) => Pending<FliteAnswer>
/** Work that can be called off while it waits for its turn. */
type Pending<Result> = { readonly result: Promise<Result>; readonly withdraw: () => void }

async function* speakReply(phrases: AsyncIterable<string>, say: Say, signal: AbortSignal): AsyncGenerator<Speech> {
  if (signal.aborted) return
  const aborted = new Promise<null>(resolve => signal.addEventListener('abort', () => resolve(null), { once: true }))
  const incoming = phrases[Symbol.asyncIterator]()
  let spokenMs = 0
  let pauseMs = 0
  try {
    for (;;) {
      const phrase = await Promise.race([incoming.next(), aborted])
      if (phrase === null || phrase.done) return
      for (const clause of clausesOf(phrase.value)) {
        const spoken = await speakClause(clause, pauseMs, say, aborted)
        if (spoken === null || signal.aborted) return
        yield { audio: spoken.audio, words: spoken.words.map(word => later(word, spokenMs)) }
        if (signal.aborted) return
        spokenMs += durationMs(spoken.audio.length)
        if (spoken.audio.length > 0) pauseMs = pauseAfterMs(clause)
      }
    }
  } finally {
    // Whoever gives the phrases may be waiting for a model; its end is its own affair, and it has been told by the signal.
    incoming.return?.().catch(() => {})
  }
}

/** A clause and the pause before it; times count from its own beginning. Null if aborted first. */
async function speakClause(clause: Clause, pauseMs: number, say: Say, aborted: Promise<null>): Promise<Speech | null> {
  const forms = clause.map(spokenForm)
  if (forms.every(form => form === ''))
    return { audio: new Uint8Array(0), words: clause.map(text => ({ text, startMs: 0, endMs: 0 })) }
  const saying = say(forms)
  const said = await Promise.race([saying.result, aborted])
  if (said === null) {
    saying.withdraw()
    return null
  }
  const pauseBytes = byteLength(pauseMs)
  const audio = new Uint8Array(pauseBytes + said.audio.length).fill(SILENCE_BYTE, 0, pauseBytes)
  audio.set(said.audio, pauseBytes)
  return { audio, words: clause.map((text, index) => later({ text, ...said.words[index]! }, pauseMs)) }
}

const later = ({ text, startMs, endMs }: SpokenWord, byMs: number): SpokenWord => ({
  text,
  startMs: startMs + byMs,
  endMs: endMs + byMs,
})

/** Does the work when its turn comes. Its failure and a queue without room reject `result`. */
function inTurn<Result>(queue: WorkQueue, work: () => Promise<Result>): Pending<Result> {
  const { promise: result, resolve, reject } = Promise.withResolvers<Result>()
  const withdraw = queue.add('urgent', () => work().then(resolve, reject))
  if (withdraw === null) reject(new ProviderError('flite', 'speaking', 'too many replies are waiting to be spoken', true))
  return { result, withdraw: withdraw ?? (() => {}) }
}
