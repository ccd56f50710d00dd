import { afterAll, describe, expect, test } from 'vitest'
import { FRAME_MS } from '../../../src/audio/frames.ts'
import { loadLocalEngines } from '../../../src/providers/local/engines.ts'
import { audioOf, collect, given } from '../../conformance/speak.ts'
import { framesOf } from './recorded-callers.ts'

const ready: string[] = []
const engines = await loadLocalEngines({ keyTerms: ['Nooks'], onReady: engine => ready.push(engine) })
afterAll(() => engines.close())

describe('The local engines', () => {
  test('are both ready once loaded, and have said so', () => {
    expect(ready.toSorted()).toEqual(['flite', 'moonshine'])
  })

  test('understand each other', async () => {
    const hangUp = new AbortController()
    const line = 'How much does it cost for a team of ten people?'
    const speech = await collect(engines.openVoice(hangUp.signal)(given([line]), hangUp.signal))
    const frames = framesOf(audioOf(speech))
    const heard = await new Promise<string>(resolve => {
      const transcription = engines.transcribe(news => {
        if (news.type === 'words' && news.completeToMs !== null) resolve(news.words.map(word => word.text).join(' '))
      }, hangUp.signal)
      transcription.callerSpoke(0)
      for (const frame of frames) transcription.hear(frame)
      transcription.callerPaused(frames.length * FRAME_MS)
    })
    hangUp.abort()
    expect(heard.toLowerCase()).toMatch(/how much does it cost.*team.*people/)
  })
})
