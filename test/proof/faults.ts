/**
 * Everything that has been seen to go wrong with the three services, or could: what happens, what becomes of each question the
 * caller asks, and what the journal must say of it. Data only.
 *
 * `answered`: the whole answer is heard. `excused`: the caller hears that there is trouble, or is asked to repeat; a part of the
 * answer may have been heard before. `cut`: the caller did not want to hear the rest. `half`: only the first words of the
 * question could be heard, and these are answered.
 */
import type { Moment, Trouble } from './cloud-call.ts'

export type Outcome = 'answered' | 'excused' | 'cut' | 'half'

/** A fault without a cause to be named is one that nobody can notice from here: a service that is slow, or says things twice. */
export type FaultTrouble = Trouble & {
  /** How many of the three questions the caller asks; two unless said. */
  readonly questions?: number
  /** The caller asks the second one when so much of the first answer has been heard. */
  readonly cutsInAfterMs?: number
}
export type FaultRow = readonly [name: string, trouble: FaultTrouble, outcomes: readonly Outcome[], journal: RegExp | null]

const answered: readonly Outcome[] = ['answered', 'answered']
const excusedOnce: readonly Outcome[] = ['excused', 'answered']
const excused: readonly Outcome[] = ['excused', 'excused']

/** Nothing listens there. */
const nowhere = '127.0.0.1:9'

/** Does something once, when the moment has come. */
function once(holds: (moment: Moment) => boolean, happen: (emulators: Moment['emulators']) => void): Trouble {
  let done = false
  const meanwhile = (moment: Moment): void => {
    if (done || !holds(moment)) return
    done = true
    happen(moment.emulators)
  }
  return { meanwhile }
}

/** In the middle of the caller's first question; while the first answer is being heard. */
const inMidWord = ({ atMs, callerSpeaks }: Moment): boolean => callerSpeaks && atMs >= 1_900
const inMidReply = ({ heardMs }: Moment): boolean => heardMs >= 1_800

const times = <T>(count: number, fault: T): readonly T[] => Array.from({ length: count }, () => fault)

const recogniser: readonly FaultRow[] = [
  ['connection refused', { sttUrl: `wss://${nowhere}/v3/ws` }, excused, /AssemblyAI \(connecting\).*ECONNREFUSED/],
  ['cut at the upgrade, twice', { stt: times(2, [{ type: 'refuse', status: 0 }]) }, answered, /AssemblyAI \(connecting\)/],
  ['HTTP 503 at the upgrade', { stt: [[{ type: 'refuse', status: 503 }]] }, answered, /AssemblyAI \(connecting\).*503/],
  ['1008, the key is wrong', { sttKey: 'wrong' }, excused, /AssemblyAI \(connecting\).*1008/],
  [
    '1008, too many sessions, and then room',
    { stt: [[{ type: 'no-begin', code: 1008, message: 'Too many concurrent sessions' }]] },
    answered,
    /AssemblyAI \(connecting\).*1008/,
  ],
  ['begins only after four seconds', { stt: [[{ type: 'slow-begin', ms: 4_000 }]] }, answered, null],
  [
    'does not begin for the first five seconds',
    { stt: [[{ type: 'slow-begin', ms: 90_000 }]], questions: 3 },
    ['excused', 'answered', 'answered'],
    /AssemblyAI \(connecting\).*no answer in 5 seconds/,
  ],
  [
    'lost in mid-word',
    once(inMidWord, ({ stt }) => {
      stt.breakDown()
      stt.repair()
    }),
    answered,
    /AssemblyAI \(listening\).*1006/,
  ],
  [
    'lost in mid-word for the rest of the call',
    once(inMidWord, ({ stt }) => stt.breakDown()),
    ['half', 'excused'],
    /AssemblyAI \(listening\).*1006/,
  ],
  [
    '3007 in mid-question',
    { stt: [[{ type: 'error', atMs: 700, code: 3007, message: 'Input Duration Error' }]] },
    answered,
    /AssemblyAI \(listening\).*3007/,
  ],
  [
    '3009 in mid-question',
    { stt: [[{ type: 'error', atMs: 700, code: 3009, message: 'Too many concurrent sessions' }]] },
    answered,
    /AssemblyAI \(listening\).*3009/,
  ],
  [
    '3005 and then 1011',
    { stt: [[{ type: 'error', atMs: 600, code: 3005, message: 'Server error' }], [{ type: 'close', atMs: 500, code: 1011 }]] },
    answered,
    /AssemblyAI \(listening\).*3005/,
  ],
  [
    'takes audio and says nothing',
    { stt: [[{ type: 'stall', atMs: 500 }]], questions: 3 },
    ['excused', 'excused', 'answered'],
    /AssemblyAI \(listening\): silent while the caller speaks/,
  ],
  [
    'says what is no message',
    { stt: [[{ type: 'garbage', atMs: 700, text: '<html>502</html>' }]] },
    answered,
    /AssemblyAI \(listening\).*not a JSON object/,
  ],
  ['says everything twice', { stt: [[{ type: 'duplicate' }]] }, answered, null],
  ['says things out of order', { stt: [[{ type: 'reorder' }]] }, answered, null],
  ['never says goodbye', { stt: [[{ type: 'no-termination' }]] }, answered, null],
]

const model: readonly FaultRow[] = [
  ['connection refused', { llmUrl: `http://${nowhere}/v1` }, excused, /OpenAI \(connection\)/],
  ['401', { llmKey: 'wrong' }, excused, /OpenAI \(authentication\).*401/],
  ['404, and the next one answers', { models: ['gpt-4', 'gpt-4.1'] }, answered, /OpenAI \(model\).*gpt-4/],
  ['all of them are gone', { models: ['gpt-4', 'gpt-4-turbo'] }, excused, /OpenAI \(model\).*none of/],
  [
    '429, come again in 300 ms',
    { llm: [{ type: 'status', status: 429, retryAfterMs: 300 }] },
    answered,
    /OpenAI \(rate limit\).*429/,
  ],
  [
    '429, come again in 20 s',
    { llm: times(2, { type: 'status', status: 429, retryAfterS: 20 }) },
    excusedOnce,
    /rate limit\).*429/,
  ],
  ['429 and not a word of when', { llm: [{ type: 'status', status: 429 }] }, answered, /OpenAI \(rate limit\).*429/],
  [
    'the quota is used up',
    { llm: times(20, { type: 'status', status: 429, code: 'insufficient_quota' }) },
    excused,
    /OpenAI \(quota\).*429/,
  ],
  ['500 once', { llm: [{ type: 'status', status: 500 }] }, answered, /OpenAI \(service\).*500/],
  ['500 again and again', { llm: times(40, { type: 'status', status: 500 }) }, excused, /OpenAI \(service\).*500/],
  ['the error page of a proxy', { llm: [{ type: 'proxy-error', status: 502 }] }, answered, /OpenAI \(service\).*502/],
  ['headers after two seconds', { llm: [{ type: 'slow-headers', ms: 2_000 }] }, answered, null],
  ['headers never come', { llm: [{ type: 'slow-headers', ms: null }] }, excusedOnce, /"the model".*in time/],
  ['nothing after the headers', { llm: [{ type: 'stall', afterTokens: 0 }] }, excusedOnce, /"the model".*in time/],
  ['stalls before there is a sound', { llm: [{ type: 'stall', afterTokens: 2 }] }, excusedOnce, /"the model".*in time/],
  ['stalls after the first words', { llm: [{ type: 'stall', afterTokens: 11 }] }, excusedOnce, /OpenAI \(stall\)/],
  ['cut before the first word', { llm: [{ type: 'cut', afterTokens: 0 }] }, answered, /OpenAI \(stream\)/],
  ['cut before there is a sound', { llm: [{ type: 'cut', afterTokens: 3 }] }, answered, /OpenAI \(stream\)/],
  ['cut after the first words', { llm: [{ type: 'cut', afterTokens: 11 }] }, excusedOnce, /OpenAI \(stream\)/],
  [
    'ends early, as if all were well',
    { llm: [{ type: 'end-early', afterTokens: 11 }] },
    excusedOnce,
    /ended before the reply did/,
  ],
  ['an error in the middle', { llm: [{ type: 'stream-error', afterTokens: 11 }] }, excusedOnce, /OpenAI \(stream\)/],
  ['garbage at the beginning', { llm: [{ type: 'garbage', afterTokens: 0 }] }, answered, /OpenAI \(stream\).*no JSON/],
  ['garbage in the middle', { llm: [{ type: 'garbage', afterTokens: 11 }] }, excusedOnce, /OpenAI \(stream\).*no JSON/],
  ['finishes and never ends', { llm: [{ type: 'stall-after-finish' }] }, answered, null],
  ['hangs up after the reply', once(inMidReply, ({ llm }) => llm.hangUp()), answered, null],
]

const refused = times(40, { type: 'refuse-socket', status: 503 } as const)

const voice: readonly FaultRow[] = [
  ['connection refused', { ttsUrl: `http://${nowhere}` }, excused, /ElevenLabs \(connection\).*ECONNREFUSED/],
  ['401', { ttsKey: 'wrong' }, excused, /ElevenLabs.*invalid_api_key/],
  ['there is no such voice', { voiceId: 'nobody' }, excused, /ElevenLabs.*voice/],
  ['socket refused, HTTP speaks', { tts: refused }, answered, /ElevenLabs \(connection\).*503/],
  [
    'socket refused, and HTTP too',
    { tts: [...refused, { type: 'http', status: 500, body: '<h1>oops</h1>', contentType: 'text/html', times: 40 }] },
    excused,
    /ElevenLabs \(http\).*500/,
  ],
  [
    'HTTP answers with a page instead of audio',
    { tts: [...refused, { type: 'http', status: 200, body: '<html>maintenance</html>', contentType: 'text/html', times: 40 }] },
    excused,
    /ElevenLabs \(http\).*text\/html instead of audio/,
  ],
  [
    'HTTP breaks off',
    { tts: [...refused, { type: 'cut-body', afterBytes: 9_000 }], mayRepeatWords: 1 },
    answered,
    /ElevenLabs \(http\)/,
  ],
  ['HTTP stalls', { tts: [...refused, { type: 'stalled-body', afterBytes: 9_000 }] }, answered, /ElevenLabs \(http\).*in time/],
  ['socket never opens', { tts: [{ type: 'silent-socket', times: 9 }] }, answered, /ElevenLabs \(connection\)/],
  ['silent before the first sound', { tts: [{ type: 'stall', afterAudioMs: 0 }] }, answered, /ElevenLabs \(speech\): no audio/],
  ['silent after the first sound', { tts: [{ type: 'stall', afterAudioMs: 900 }] }, answered, /ElevenLabs \(speech\): no audio/],
  [
    'silent for good before the first sound',
    { tts: [{ type: 'stall', afterAudioMs: 0, times: 9_999 }] },
    excused,
    /"the voice".*in time/,
  ],
  [
    'lost before the first sound',
    { tts: [{ type: 'cut-socket', afterAudioMs: 0 }] },
    answered,
    /ElevenLabs \(connection\).*1006/,
  ],
  ['lost in mid-reply', { tts: [{ type: 'cut-socket', afterAudioMs: 1_500 }] }, answered, /ElevenLabs \(connection\).*1006/],
  ['lost twice in a reply', { tts: [{ type: 'cut-socket', afterAudioMs: 700, times: 2 }] }, answered, /ElevenLabs.*1006/],
  [
    'the service restarts in mid-reply',
    { ...once(inMidReply, ({ tts }) => tts.closeSockets(1012, 'restart')) },
    answered,
    /1012/,
  ],
  [
    'too many contexts',
    { tts: [{ type: 'refuse-text', error: 'max_active_conversations', message: 'Maximum exceeded (5).', code: 1008 }] },
    answered,
    /ElevenLabs \(speech\): max_active_conversations/,
  ],
  [
    'the quota is used up',
    {
      tts: [
        { type: 'refuse-text', error: 'quota_exceeded', message: 'This request exceeds your quota.', code: 1008, times: 99 },
        { type: 'http', status: 401, body: '{"detail":{"status":"quota_exceeded","message":"Quota."}}', times: 99 },
      ],
    },
    excused,
    /ElevenLabs.*quota_exceeded/,
  ],
  [
    'input timeout',
    { tts: [{ type: 'refuse-text', error: 'input_timeout_exceeded', message: 'No text for 20 seconds.', code: 1008 }] },
    answered,
    /ElevenLabs \(speech\): input_timeout_exceeded/,
  ],
  [
    'an error frame',
    { tts: [{ type: 'error-frame', error: 'internal', message: 'Went wrong.' }] },
    answered,
    /ElevenLabs.*Went wrong/,
  ],
  ['a frame that is no JSON', { tts: [{ type: 'garbage-frame' }] }, answered, /ElevenLabs.*neither audio nor news/],
  ['audio after the end', { tts: [{ type: 'late-audio', times: 2 }] }, answered, null],
  ['a text is never spoken', { tts: [{ type: 'lose-text', containing: 'golf' }] }, answered, /ElevenLabs \(speech\)/],
  ['ends by itself after the first text', { tts: [{ type: 'early-final' }] }, answered, null],
  ['never tells the end', { tts: [{ type: 'no-final', times: 2 }] }, answered, null],
  ['goes on speaking a reply that was cut off', { cutsInAfterMs: 1_500 }, ['cut', 'answered'], null],
  [
    'audio after the end of a reply that was cut off',
    { cutsInAfterMs: 1_500, tts: [{ type: 'late-audio', times: 9 }] },
    ['cut', 'answered'],
    null,
  ],
  [
    'lost just when the caller cuts in',
    {
      cutsInAfterMs: 1_500,
      ...once(
        ({ heardMs }) => heardMs >= 1_600,
        ({ tts }) => tts.closeSockets(1011, 'broken'),
      ),
    },
    ['cut', 'answered'],
    /ElevenLabs \(connection\).*1011/,
  ],
]

const both: readonly FaultRow[] = [
  [
    'the recogniser is lost in mid-word and the voice in mid-reply',
    {
      stt: [[{ type: 'drop', atMs: 900 }]],
      tts: [{ type: 'cut-socket', afterAudioMs: 1_500 }],
    },
    answered,
    /AssemblyAI \(listening\)/,
  ],
  [
    'the model stumbles and the voice is busy',
    { llm: [{ type: 'status', status: 503 }], tts: [{ type: 'refuse-text', error: 'busy', message: 'Try later.', code: 1013 }] },
    answered,
    /OpenAI \(service\).*503/,
  ],
  [
    'nothing works',
    { sttUrl: `wss://${nowhere}/v3/ws`, llmUrl: `http://${nowhere}/v1`, ttsUrl: `http://${nowhere}` },
    excused,
    /AssemblyAI \(connecting\)/,
  ],
]

export const faults: Readonly<Record<string, readonly FaultRow[]>> = { recogniser, model, voice, 'several services': both }
