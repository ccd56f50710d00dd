/** Which stages of the line stream, and which only seem to: said plainly, for the stages as they are configured. Pure. */

export type Stage = {
  readonly stage: 'hearing' | 'thinking' | 'speaking' | 'playing'
  readonly provider: string
  /** True if it begins to give before it has been given everything. */
  readonly streaming: boolean
  readonly how: string
}

export type StreamingParts = {
  readonly pipeline: 'plain' | 'streamed' | 'draft'
  readonly local: { readonly recogniser: boolean; readonly brain: boolean; readonly voice: boolean }
  readonly names: { readonly stt: string; readonly llm: string; readonly tts: string }
}

export function stagesOf({ pipeline, local, names }: StreamingParts): readonly Stage[] {
  const plain = pipeline === 'plain'
  return [
    hearing(local.recogniser, names.stt),
    thinking(plain, local.brain, names.llm),
    speaking(plain, local.voice, names.tts),
    {
      stage: 'playing',
      provider: 'Twilio Media Streams',
      streaming: true,
      how: 'frames of 20 ms leave as soon as they may be heard',
    },
  ]
}

const hearing = (local: boolean, provider: string): Stage =>
  local
    ? {
        stage: 'hearing',
        provider,
        streaming: false,
        how: 'what was said since the last pause is recognised when the caller pauses',
      }
    : {
        stage: 'hearing',
        provider,
        streaming: true,
        how: 'audio goes out as it comes in; words come back while the caller speaks',
      }

function thinking(plain: boolean, local: boolean, provider: string): Stage {
  if (local) return { stage: 'thinking', provider, streaming: false, how: 'no language model: the whole reply is there at once' }
  return plain
    ? { stage: 'thinking', provider, streaming: false, how: 'the reply is waited for to its end (PIPELINE=plain)' }
    : { stage: 'thinking', provider, streaming: true, how: 'tokens are used as they are written' }
}

function speaking(plain: boolean, local: boolean, provider: string): Stage {
  if (plain) return { stage: 'speaking', provider, streaming: false, how: 'all audio is waited for (PIPELINE=plain)' }
  return local
    ? {
        stage: 'speaking',
        provider,
        streaming: false,
        how: 'each phrase is spoken when it is whole, and played while the next is made',
      }
    : {
        stage: 'speaking',
        provider,
        streaming: true,
        how: 'phrases go in while the reply is written; audio comes out as it is made',
      }
}
