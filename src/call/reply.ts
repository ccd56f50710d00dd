/**
 * One reply in the making: the model's words become phrases, the phrases become speech, the speech waits on a track until the
 * player lets the caller hear it. It neither knows nor asks whether it is a draft. Dropping it ends all of that at once.
 */
import { ProviderError, type Deed, type Message, type Speak, type Speech, type Spent, type Think } from '../ports.ts'
import { openAccount } from './account.ts'
import type { LineName, Pipeline } from './facts.ts'
import type { History } from './history.ts'
import { speechOf } from './pipelines.ts'
import { doingNothing, thinking, type Doing, type ThinkingNews } from './thinking.ts'
import { Track } from './track.ts'

export type ReplyNews =
  | ThinkingNews
  /** A tool that changes the world was begun for this reply; or has come to its end, then also if the reply was dropped meanwhile. */
  | { readonly type: 'did'; readonly deed: Deed }
  /** This text is given to the voice. */
  | { readonly type: 'phrase'; readonly text: string }
  /** Speech was added to the track. */
  | { readonly type: 'speech'; readonly bytes: number; readonly words: Speech['words'] }
  /** The track is closed: nothing will be added. */
  | { readonly type: 'complete' }
  /** As before, but the reply is unfinished, or was never begun. */
  | { readonly type: 'failed'; readonly why: string }

export type TellReply = (news: ReplyNews) => void

/** A reply under way. After `drop` nothing is told but what was spent on it and what became of its deeds, and the track does not grow. */
export type PreparedReply = {
  readonly track: Track
  /** The caller may hear it: what it is to do may be done. */
  release(): void
  /** What its next sound is waiting for: the model, or the voice that has been given its words. */
  waitsFor(): 'the model' | 'the voice'
  drop(): void
  /** Resolves once nothing is under way for it any more: soon after its end, or after `drop`. */
  settled(): Promise<void>
}

/** Where a call gets its replies from; opened once per call. Nothing is told before the function has returned. */
export type Replies = {
  answer(history: History, said: string, tell: TellReply, spent: Spent): PreparedReply
  line(name: LineName, tell: TellReply): PreparedReply
  /** Says this text, cut and spoken as an answer would be. */
  words(text: string, tell: TellReply): PreparedReply
}

export type RepliesParts = {
  readonly pipeline: Pipeline
  readonly messages: (history: History, said: string) => readonly Message[]
  readonly think: Think
  /** Absent: the assistant can do nothing but talk. */
  readonly doing?: Doing
  readonly speak: Speak
  /** Speech of a fixed line, from a cache where there is one. */
  readonly speakLine: (name: LineName, signal: AbortSignal) => AsyncIterable<Speech>
}

export function openReplies({ pipeline, messages, think, doing = doingNothing(), speak, speakLine }: RepliesParts): Replies {
  return {
    answer(history, said, tell, spent) {
      const account = openAccount(think, spent)
      const tellDeed = (deed: Deed): void => tell({ type: 'did', deed })
      const reply = prepare(tell, (signal, tellUnlessDropped, released) => {
        const parts = { think: account.think, doing, signal, released, tell: tellUnlessDropped, tellDeed }
        const text = thinking(messages(history, said), parts)
        return speechOf(pipeline, text, phrases => speak(told(phrases, tellUnlessDropped), signal))
      })
      return { ...reply, settled: () => reply.settled().then(() => account.settled()) }
    },
    line: (name, tell) => prepare(tell, signal => speakLine(name, signal)),
    words: (text, tell) =>
      prepare(tell, (signal, tellUnlessDropped) =>
        speechOf(pipeline, once(once(text)), phrases => speak(told(phrases, tellUnlessDropped), signal)),
      ),
  }
}

type MakeSpeech = (signal: AbortSignal, tell: TellReply, released: Promise<void>) => AsyncIterable<Speech>

function prepare(tell: TellReply, speech: MakeSpeech): PreparedReply {
  const abort = new AbortController()
  const track = new Track()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let hasWords = false
  const tellUnlessDropped: TellReply = news => {
    hasWords ||= news.type === 'phrase'
    if (!abort.signal.aborted) tell(news)
  }
  const { promise: recorded, resolve } = Promise.withResolvers<void>()
  queueMicrotask(() => void record(speech, track, released, abort.signal, tellUnlessDropped).then(resolve))
  return {
    track,
    release,
    waitsFor: () => (hasWords ? 'the voice' : 'the model'),
    drop: () => abort.abort(),
    settled: () => recorded,
  }
}

async function record(
  speech: MakeSpeech,
  track: Track,
  released: Promise<void>,
  signal: AbortSignal,
  tell: TellReply,
): Promise<void> {
  let failure = 'nothing was said'
  try {
    for await (const piece of speech(signal, tell, released)) {
      if (signal.aborted) return
      track.append(piece)
      tell({ type: 'speech', bytes: piece.audio.length, words: piece.words })
    }
    if (track.length > 0) failure = ''
  } catch (error) {
    failure = error instanceof ProviderError ? error.message : `unexpected: ${String(error)}`
  }
  track.close()
  tell(failure === '' ? { type: 'complete' } : { type: 'failed', why: failure })
}

async function* once<T>(it: T): AsyncGenerator<T> {
  yield it
}

async function* told(texts: AsyncIterable<string>, tell: TellReply): AsyncIterable<string> {
  for await (const text of texts) {
    tell({ type: 'phrase', text })
    yield text
  }
}
