/** What lines from the service mean to a call: wire text in, the port's news out. */
import { describe, expect, it } from 'vitest'
import { hearTurn, inNewSession, nothingHeard } from '../../../src/providers/assemblyai/heard-turns.ts'
import type { Heard, Hearing } from '../../../src/providers/assemblyai/heard-turns.ts'
import { frameKind, parseTurn } from '../../../src/providers/assemblyai/wire.ts'

const universal: Hearing = { family: 'immutable', minSilenceMs: 160, toCallMs: ms => ms, sentToMs: 60_000, forcedToMs: null }
const pro: Hearing = { ...universal, family: 'revised', minSilenceMs: 100 }

/** The news that lines bring, as `turn: words -> complete to`; a final word ends with a full stop, another with a question mark. */
function hear(lines: readonly string[], hearing: Hearing, from: Heard = nothingHeard): { heard: Heard; news: readonly string[] } {
  let heard = from
  const told: string[] = []
  for (const line of lines) {
    const turn = parseTurn(JSON.parse(line))
    if (!turn) throw new Error(`Not a turn: ${line}`)
    const [next, news] = hearTurn(heard, turn, hearing)
    heard = next
    for (const { turn: number, words, completeToMs } of news) {
      const text = words.map(word => word.text + (word.final ? '.' : '?')).join(' ')
      told.push(`${number}: ${text} -> ${completeToMs}`)
    }
  }
  return { heard, news: told }
}

const turnLine = (order: number, ends: boolean, words: readonly (readonly [string, number, number, boolean])[]): string =>
  JSON.stringify({
    type: 'Turn',
    turn_order: order,
    turn_is_formatted: false,
    end_of_turn: ends,
    end_of_turn_confidence: 0.2,
    transcript: words.flatMap(([text, , , final]) => (final ? [text] : [])).join(' '),
    utterance: '',
    words: words.map(([text, start, end, final]) => ({ text, start, end, confidence: 0.9, word_is_final: final })),
  })

const we = ['we', 1200, 1320, true] as const
const use = ['use', 1320, 1480, true] as const
const salesforce = ['salesforce', 1500, 1960, true] as const

describe('Immutable partials (universal-streaming)', () => {
  it('are final word by word, and the unfinished last word is replaced, never appended', () => {
    const lines = [
      '{"type":"Turn","turn_order":0,"turn_is_formatted":false,"end_of_turn":false,"end_of_turn_confidence":0.08,"transcript":"we use sales","utterance":"","words":[{"text":"we","start":1200,"end":1320,"confidence":0.99,"word_is_final":true},{"text":"use","start":1320,"end":1480,"confidence":0.98,"word_is_final":true},{"text":"sales","start":1500,"end":1760,"confidence":0.97,"word_is_final":false}]}',
      '{"type":"Turn","turn_order":0,"turn_is_formatted":false,"end_of_turn":false,"end_of_turn_confidence":0.1,"transcript":"we use","utterance":"","words":[{"text":"we","start":1200,"end":1320,"confidence":0.99,"word_is_final":true},{"text":"use","start":1320,"end":1480,"confidence":0.98,"word_is_final":true},{"text":"salesforce","start":1500,"end":1960,"confidence":0.97,"word_is_final":false}]}',
      '{"type":"Turn","turn_order":0,"turn_is_formatted":false,"end_of_turn":true,"end_of_turn_confidence":0.71,"transcript":"we use salesforce","utterance":"we use salesforce","words":[{"text":"we","start":1200,"end":1320,"confidence":0.99,"word_is_final":true},{"text":"use","start":1320,"end":1480,"confidence":0.98,"word_is_final":true},{"text":"salesforce","start":1500,"end":1960,"confidence":0.97,"word_is_final":true}]}',
    ]
    expect(hear(lines, universal).news).toEqual([
      '0: we. use. sales? -> null',
      '0: we. use. salesforce? -> null',
      '0: we. use. salesforce. -> 2120',
    ])
  })

  it('bring no news when they come twice', () => {
    const lines = [turnLine(0, false, [we]), turnLine(0, false, [we]), turnLine(0, true, [we]), turnLine(0, true, [we])]
    expect(hear(lines, universal).news).toEqual(['0: we. -> null', '0: we. -> 1480'])
  })

  it('bring no news when they come late', () => {
    const lines = [
      turnLine(0, false, [we, use]),
      turnLine(0, false, [we]),
      turnLine(0, true, [we, use]),
      turnLine(0, false, [we]),
    ]
    expect(hear(lines, universal).news).toEqual(['0: we. use. -> null', '0: we. use. -> 1640'])
  })

  it('keep the words that were final when the end comes without any', () => {
    const unfinished = ['sa', 1500, 1600, false] as const
    const lines = [turnLine(0, false, [we, use, unfinished]), turnLine(0, true, [])]
    expect(hear(lines, universal).news).toEqual(['0: we. use. sa? -> null', '0: we. use. -> 1640'])
  })

  it('say nothing when a turn without words ends', () => {
    expect(hear([turnLine(0, true, [we]), turnLine(1, true, [])], universal).news).toEqual(['0: we. -> 1480'])
  })

  it('close a turn when the next begins, and take its own end when that comes after all', () => {
    const yes = ['yes', 4000, 4200, true] as const
    const lines = [turnLine(0, false, [we]), turnLine(1, false, [yes]), turnLine(0, true, [we, use]), turnLine(1, true, [yes])]
    expect(hear(lines, universal).news).toEqual([
      '0: we. -> null',
      '0: we. -> 1320',
      '1: yes. -> null',
      '0: we. use. -> 1640',
      '1: yes. -> 4360',
    ])
  })
})

describe('Revised partials (Pro)', () => {
  it('are not final before the turn ends, and are replaced as a whole', () => {
    const lines = [
      turnLine(0, false, [
        ['We', 1200, 1320, false],
        ['you', 1320, 1480, false],
        ['sales—', 1500, 1960, false],
      ]),
      turnLine(0, true, [
        ['We', 1200, 1320, true],
        ['use', 1320, 1480, true],
        ['Salesforce', 1500, 2200, true],
      ]),
    ]
    expect(hear(lines, pro).news).toEqual(['0: We? you? sales—? -> null', '0: We. use. Salesforce. -> 2200'])
  })

  it('may take all words back', () => {
    expect(hear([turnLine(0, false, [['Hm', 900, 1000, false]]), turnLine(0, true, [])], pro).news).toEqual([
      '0: Hm? -> null',
      '0:  -> 1000',
    ])
  })

  it('are vouched for to the last word only, since its end is padded into the silence', () => {
    expect(hear([turnLine(0, true, [we])], pro).news).toEqual(['0: we. -> 1320'])
  })
})

describe('A turn that was asked to end', () => {
  it('is vouched for up to where the caller fell silent', () => {
    expect(hear([turnLine(0, true, [salesforce])], { ...universal, forcedToMs: 2300 }).news).toEqual(['0: salesforce. -> 2300'])
  })

  it('is not, when the words end long before: the end may have crossed the question', () => {
    expect(hear([turnLine(0, true, [salesforce])], { ...universal, forcedToMs: 4000 }).news).toEqual(['0: salesforce. -> 2120'])
  })

  it('is, when it holds no words', () => {
    expect(hear([turnLine(0, true, [])], { ...universal, forcedToMs: 4000 }).news).toEqual(['0:  -> 4000'])
  })

  it('is never vouched for beyond the audio that was sent', () => {
    expect(hear([turnLine(0, true, [salesforce])], { ...universal, sentToMs: 2000 }).news).toEqual(['0: salesforce. -> 2000'])
  })
})

describe('The next session', () => {
  it('goes on with an open turn behind the words that were final', () => {
    const { heard } = hear([turnLine(0, false, [we, use, ['sa', 1500, 1600, false]])], universal)
    const again = inNewSession(heard, 1180)
    // The new session's audio begins at 1180 ms of the call; it hears the end of the last final word again.
    const hearing = { ...universal, toCallMs: (ms: number) => ms + 1180 }
    const lines = [
      turnLine(0, false, [
        ['use', 140, 300, true],
        ['salesforce', 320, 780, false],
      ]),
      turnLine(0, true, [
        ['use', 140, 300, true],
        ['salesforce', 320, 780, true],
      ]),
      turnLine(1, false, [['yes', 2000, 2200, true]]),
    ]
    expect(hear(lines, hearing, again).news).toEqual([
      '0: we. use. salesforce? -> null',
      '0: we. use. salesforce. -> 2120',
      '1: yes. -> null',
    ])
  })

  it('begins a new turn when the last was complete', () => {
    const { heard } = hear([turnLine(0, true, [we])], universal)
    const lines = [turnLine(0, false, [['yes', 4000, 4200, true]])]
    expect(hear(lines, universal, inNewSession(heard, 2000)).news).toEqual(['1: yes. -> null'])
  })

  it('does not take the end of a word it hears again for the end of the open turn', () => {
    const open = [turnLine(0, true, [we]), turnLine(1, false, [['you', 2000, 2180, false]])]
    const again = inNewSession(hear(open, pro).heard, 1020)
    const lines = [
      turnLine(0, false, [['e', 1220, 1320, false]]),
      turnLine(0, true, [['e', 1220, 1320, true]]),
      turnLine(0, true, [['e', 1220, 1320, true]]),
      turnLine(1, true, [['use', 2000, 2180, true]]),
      turnLine(2, true, [['yes', 5000, 5180, true]]),
    ]
    expect(hear(lines, pro, again).news).toEqual(['1: use. -> 2180', '2: yes. -> 5180'])
  })

  it('does not take an empty end for the end of an open turn it has not heard yet', () => {
    const open = [turnLine(0, true, [we]), turnLine(1, false, [['you', 2000, 2180, false]])]
    const again = inNewSession(hear(open, pro).heard, 1020)
    const lines = [turnLine(0, true, []), turnLine(1, true, [['use', 2000, 2180, true]])]
    expect(hear(lines, pro, again).news).toEqual(['1: use. -> 2180'])
  })

  it('ends an open turn of which nothing is left to be heard', () => {
    const again = inNewSession(hear([turnLine(0, false, [we, use])], universal).heard, 1180)
    expect(hear([turnLine(0, true, [use])], universal, again).news).toEqual(['0: we. use. -> 1640'])
  })

  it('keeps words whose audio is no longer there, also those that might have been revised', () => {
    const { heard } = hear(
      [
        turnLine(0, false, [
          ['We', 1200, 1320, false],
          ['use', 1320, 1480, false],
        ]),
      ],
      pro,
    )
    const lines = [turnLine(0, true, [['Salesforce', 1500, 2200, true]])]
    expect(hear(lines, pro, inNewSession(heard, 1480)).news).toEqual(['0: We. use. Salesforce. -> 2200'])
  })
})

describe('A message', () => {
  it.each(['', 'oops', '[]', 'null', '7', '{"turn_order":1}'])('that is no JSON object with a type is malformed: %s', text => {
    expect(frameKind(text)).toEqual({ kind: 'malformed' })
  })

  it('that is a warning is told apart, since the SDK prints it', () => {
    expect(frameKind('{"type":"Warning","warning_code":3001,"warning":"slow"}')).toEqual({ kind: 'warning', text: 'slow (3001)' })
  })

  it('that is an error goes to the SDK, with or without a type', () => {
    expect(frameKind('{"error_code":3005,"error":"gone"}')).toEqual({ kind: 'message' })
    expect(frameKind('{"type":"Error","error_code":3005,"error":"gone"}')).toEqual({ kind: 'message' })
  })

  it('that lacks its words is no turn', () => {
    expect(parseTurn({ type: 'Turn', turn_order: 0, end_of_turn: true })).toBeNull()
  })
})
