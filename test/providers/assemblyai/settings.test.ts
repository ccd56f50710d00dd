/** What a session is asked for, and what its failures mean. */
import { describe, expect, it } from 'vitest'
import { sessionError } from '../../../src/providers/assemblyai/failure.ts'
import { SentAudio } from '../../../src/providers/assemblyai/sent-audio.ts'
import { familyOf, legalKeyTerms, transcriberParams } from '../../../src/providers/assemblyai/settings.ts'

const asked = (model: string) => transcriberParams({ apiKey: 'k', url: 'wss://localhost/v3/ws', model, keyTerms: ['Nooks'] })

describe('A session', () => {
  it('of universal-streaming ends its turns at nearly every pause, so that words are final before 500 ms', () => {
    expect(asked('universal-streaming-english')).toMatchObject({
      sampleRate: 8000,
      encoding: 'pcm_mulaw',
      minTurnSilence: 160,
      maxTurnSilence: 280,
      endOfTurnConfidenceThreshold: 0.01,
      formatTurns: false,
      keytermsPrompt: ['Nooks'],
    })
  })

  it('of a Pro model says no confidence, which those models do not know', () => {
    expect(asked('universal-3-5-pro')).toMatchObject({ minTurnSilence: 100, maxTurnSilence: 280 })
    expect(asked('universal-3-5-pro')).not.toHaveProperty('endOfTurnConfidenceThreshold')
  })

  it('leaves waiting and retrying to the adapter', () => {
    expect(asked('universal-streaming-english')).toMatchObject({ connectTimeout: 0, maxConnectionRetries: 0 })
  })

  it('of a model nobody knows is taken to revise its words', () => {
    expect(familyOf('universal-4')).toBe('revised')
    expect(familyOf('universal-streaming-multilingual')).toBe('immutable')
  })

  it('gets the first hundred key terms of up to fifty characters, each once', () => {
    const terms = [' Nooks ', 'nooks', '', 'x'.repeat(51), ...Array.from({ length: 200 }, (_, i) => `term ${i}`)]
    const legal = legalKeyTerms(terms)
    expect(legal.length).toBe(100)
    expect(legal.slice(0, 3)).toEqual(['Nooks', 'term 0', 'term 1'])
  })
})

describe('A lost session', () => {
  it.each([
    [1008, 'Invalid API key', false, false],
    [1008, 'Too many concurrent sessions', false, true],
    [1008, 'See Error message for details', true, true],
    [3009, 'Too many concurrent sessions', false, true],
    [3006, 'more than 100 key terms', false, false],
    [3006, 'Session terminated due to inactivity', true, true],
    [3007, 'Input Duration Error', true, true],
    [3005, 'Server error', true, true],
    [4001, 'Not Authorized', false, false],
    [null, 'Unexpected server response: 401', false, false],
    [null, 'Unexpected server response: 503', false, true],
    [null, 'connect ECONNREFUSED 127.0.0.1:1', false, true],
    [1006, '', true, true],
  ])('by %s "%s" (begun: %s) may be tried again: %s', (code, reason, begun, retryable) => {
    expect(sessionError({ code, reason, begun }).retryable).toBe(retryable)
  })

  it('says which service, where and why', () => {
    expect(sessionError({ code: 3005, reason: 'Server error', begun: true }).message).toBe(
      'AssemblyAI (listening): Server error (3005)',
    )
  })
})

describe('The audio sent', () => {
  it('maps a moment of the session to the call, also behind padding and a jump', () => {
    const sent = new SentAudio()
    sent.sent(2000, 60)
    sent.sent(2060, 20)
    sent.padded(30)
    sent.sent(2080, 60)
    sent.sent(5000, 100)
    const moments = [0, 79, 80, 100, 110, 169, 170, 270, 9999]
    expect(moments.map(ms => sent.toCallMs(ms))).toEqual([2000, 2079, 2080, 2080, 2080, 2139, 5000, 5100, 5100])
  })
})
