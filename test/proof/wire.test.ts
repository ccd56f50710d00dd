import { describe, expect, it } from 'vitest'
import { callWith, type CloudCall } from './cloud-call.ts'
import { recordedScripts } from './plan.ts'
import { recordedCaller } from './recorded-caller.ts'

/** What OpenAI received for each answer that was heard: of several requests for the same words, the last. */
function requestsHeard({ turns, requests }: CloudCall): readonly string[] {
  const answers = turns.filter(({ line, firstFrameMs }) => line === null && firstFrameMs !== null)
  return answers.map(({ said }) => requests.findLast(request => lastOf(request) === said) ?? `nothing was asked for "${said}"`)
}

const lastOf = (request: string): string => (JSON.parse(request) as readonly { readonly content: string }[]).at(-1)!.content

describe('recorded callers on the real adapters', () => {
  it.concurrent.each(recordedScripts)('%s: OpenAI and ElevenLabs receive the same, plain or draft', async file => {
    const [plain, streamed, draft] = await Promise.all([
      callWith(recordedCaller(file), {}, 'plain'),
      callWith(recordedCaller(file), {}, 'streamed'),
      callWith(recordedCaller(file), {}, 'draft'),
    ])
    expect(requestsHeard(plain).length).toBeGreaterThanOrEqual(4)
    for (const other of [streamed, draft]) {
      expect(requestsHeard(other)).toEqual(requestsHeard(plain))
      expect(other.turns.map(({ said, heard, outcome }) => [said, heard.trim(), outcome])).toEqual(
        plain.turns.map(({ said, heard, outcome }) => [said, heard.trim(), outcome]),
      )
      // A reply that was cut short may not have been given to the voice to its end by a pipeline that makes it as it goes.
      for (const [n, { text, outcome }] of plain.turns.entries()) {
        if (outcome === 'heard' && plain.turns[n]!.line === null) expect(other.voiceTexts.map(trimmed)).toContain(trimmed(text))
      }
    }
    for (const call of [plain, streamed, draft]) expect([call.early, call.leaks, call.violations]).toEqual([[], [], []])
    expect(draft.requests.length).toBeGreaterThanOrEqual(plain.requests.length)
  })
})

/** Each text ends in a blank on the wire, because the service wants one. */
const trimmed = (text: string): string => text.trim()
