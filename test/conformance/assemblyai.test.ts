/** The adapter for AssemblyAI keeps the recogniser's contract, against the emulated service, with both families of models. */
import { describeTranscribe } from './transcribe.ts'
import type { Caller } from './transcribe.ts'
import { sentence, startRig, stretchesOf } from '../providers/assemblyai/rig.ts'
import { markedSpeech } from '../vendors/assemblyai/script.ts'
import type { ScriptedWord } from '../vendors/assemblyai/script.ts'

const scripts = new Map<Caller, readonly ScriptedWord[]>()

function caller(words: readonly ScriptedWord[]): Caller {
  const stretches = stretchesOf(words).map(({ fromMs, toMs }) => {
    const said = words.filter(word => word.startMs >= fromMs && word.endMs <= toMs)
    return { fromMs, toMs, text: said.map(word => word.text).join(' ') }
  })
  const played = { frames: markedSpeech(words, words.at(-1)?.endMs ?? 0), stretches }
  scripts.set(played, words)
  return played
}

for (const model of ['universal-streaming-english', 'universal-3-5-pro']) {
  describeTranscribe(`AssemblyAI (${model})`, {
    sentence: caller(sentence('we use salesforce today', 1000)),
    twoSentences: caller([...sentence('hello there', 400), ...sentence('what does it cost', 3200)]),
    earlyWord: caller(sentence('hello', 0)),
    wordErrorRate: 0,
    // Pro models tell the last word's end up to 240 ms into the silence.
    timesWithinMs: 240,
    completeWithinMs: 500,
    settledWithinMs: 500,
    open: async said => {
      const rig = await startRig({ words: scripts.get(said) ?? [], model })
      return { ...rig, breakDown: async () => rig.emulator.breakDown() }
    },
  })
}
