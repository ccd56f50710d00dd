/**
 * What the interface takes and gives, as zod schemas: requests are checked by them, and the description at /docs is made of
 * them. Milliseconds are of the call, times of day ISO 8601 in UTC, money US dollars.
 */
import { z } from 'zod'
import { FACT_KINDS } from '../ports.ts'
import { LEGS } from '../store/recordings.ts'

const isoTime = z.iso.datetime()
const text = z.string()
const ms = z.number().nullable()
const count = z.number().int()

/** A uuid, or the SID of a call. */
const conversationId = z.string().regex(/^(CA[0-9a-fA-F]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/)
const callSid = z.string().regex(/^CA[0-9a-fA-F]{32}$/)

/** A day, or a time of it to the second or finer. */
const givenTime = z.string().regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?Z)?$/)

/** Times are compared as text, and those stored have milliseconds. */
export const comparable = (time: string | undefined): string | null => time?.replace(/(:\d\d)Z$/, '$1.000Z') ?? null

/* ── Taken ─────────────────────────────────────────────────────────────────────────────────────────────────── */

export const listQuery = z.object({
  limit: z.number().int().min(1).max(200).default(50),
  after: z.string().max(200).optional().describe('`next` of the page before'),
  person: z.string().max(64).optional(),
  since: givenTime.optional().describe('begun then or later'),
  until: givenTime.optional().describe('begun before then'),
})

export const conversationParams = z.object({ id: conversationId.describe('of the conversation, or the SID of one of its calls') })
export const audioParams = conversationParams.extend({ leg: z.enum(LEGS) })
export const audioQuery = z.object({ call: z.string().max(80).optional().describe('id of the call; the newest unless said') })
export const personParams = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) })
export const factParams = personParams.extend({ fact: z.string().max(100) })

export const adoptBody = z.object({
  id: z.uuid().optional().describe('of an earlier conversation; a new one unless said'),
  callSid: callSid.optional().describe('a call that belongs to it'),
})

export const overviewQuery = z.object({
  since: givenTime.optional().describe('calls begun then or later; all unless said'),
  per: z.enum(['hour', 'day']).default('day').describe('how finely `times` is told, in UTC'),
})

export const feedbackBody = z.object({
  callSid,
  turn: z.number().int().min(1).max(100_000).optional(),
  rating: z.number().int().min(1).max(5).optional().describe('1 (bad) to 5'),
  words: z.string().max(2000).optional(),
})

export const callParams = z.object({ id: callSid.describe('SID of a call that is going on') })
/** About half a minute of speech. */
export const sayBody = z.object({ text: z.string().min(1).max(500).regex(/\S/) })
export const hangUpBody = z.object({ goodbye: z.boolean().optional() }).nullable()
export const transferBody = z
  .object({ brief: z.string().max(500).optional().describe('what the colleague should know') })
  .nullable()

/* ── Given ─────────────────────────────────────────────────────────────────────────────────────────────────── */

export const taken = z.strictObject({ taken: z.boolean() })
export const failure = z.strictObject({ error: text })

const cost = z.strictObject({
  usd: z.number().nullable().describe('what is known of it; null if nothing is'),
  droppedUsd: z.number().describe('of that, for drafts that were thrown away'),
  unknown: z.boolean().describe('true if the price or the amount of something is unknown'),
})

export const conversationSummary = z.strictObject({
  id: text,
  personId: text.nullable(),
  createdAt: isoTime,
  calls: count,
  lastCallAt: isoTime.nullable(),
  lengthMs: z.number(),
  replies: count.describe('how often the caller was answered'),
  early: count.describe('replies before 500 ms of silence; never any'),
  cost,
})

export const conversationPage = z.strictObject({ conversations: z.array(conversationSummary), next: text.nullable() })

const turn = z.strictObject({
  id: count,
  line: text.nullable(),
  said: text,
  silentSinceMs: ms,
  completeMs: ms,
  settledMs: ms,
  basis: text.nullable(),
  draftMs: z.number(),
  discarded: count,
  firstTokenMs: ms,
  firstAudioMs: ms,
  releasedMs: ms,
  firstFrameMs: ms,
  firstMarkMs: ms,
  endedMs: ms,
  text,
  heard: text,
  outcome: text,
  amended: z.boolean(),
  holds: count,
  asides: z.array(text),
  cost,
})

const costLine = z.strictObject({
  callId: text,
  turnId: count.describe('0: the call as a whole'),
  service: z.enum(['recogniser', 'model', 'voice']),
  unit: text,
  provider: text,
  quantity: z.number(),
  estimated: z.literal([0, 1]),
  dropped: z.literal([0, 1]),
  usd: z.number().nullable().describe('null: unknown'),
  pricedOn: text.nullable(),
})

const meeting = z.strictObject({
  id: text,
  callId: text,
  personId: text.nullable(),
  time: text,
  name: text.nullable(),
  contact: text.nullable(),
  note: text.nullable(),
  createdAt: isoTime,
})

const feedbackLine = z.strictObject({
  id: text,
  callId: text,
  turnId: count.nullable(),
  rating: count.nullable(),
  words: text.nullable(),
  source: z.enum(['api', 'keys', 'caller']),
  createdAt: isoTime,
})

const call = z.strictObject({
  id: text,
  callSid: text,
  conversationId: text,
  personId: text.nullable(),
  startedAt: isoTime,
  assistant: text,
  pipeline: text,
  stt: text,
  llm: text,
  tts: text,
  vad: text,
  endedReason: text.nullable().describe('null while it goes on'),
  lengthMs: z.number(),
  turns: z.array(turn),
  costs: z.array(costLine),
  cost,
  meetings: z.array(meeting),
  feedback: z.array(feedbackLine),
  summary: z
    .strictObject({ summary: text, madeBy: text, createdAt: isoTime })
    .nullable()
    .describe('made after the call; none of callers who withhold their number'),
  audio: z.strictObject({ caller: text, bot: text, mixed: text }).nullable().describe('null: not on this machine'),
})

export const conversation = z.strictObject({
  id: text,
  personId: text.nullable(),
  createdAt: isoTime,
  cost,
  calls: z.array(call),
})

const stretch = z.strictObject({ fromMs: z.number(), toMs: ms.describe('null: to the end of the call') })

export const timedWords = z.strictObject({
  callId: text,
  words: z
    .array(
      z.strictObject({
        who: z.enum(['caller', 'bot']),
        turn: count.nullable().describe('the reply it is answered by, or belongs to; null: nobody answered it'),
        text,
        startMs: ms.describe('null: written, and never played'),
        endMs: ms,
        heard: z.boolean().describe("of the bot's: the caller heard it whole"),
        aside: z.boolean().describe("the caller's, spoken into a reply that went on"),
      }),
    )
    .describe('turn by turn: what the caller said, then the answer'),
  speech: z.array(stretch).describe("where the caller's voice was"),
  holds: z
    .array(stretch.extend({ turn: count, resumed: z.boolean() }))
    .describe('where a reply stood still because the caller made a sound; not resumed: it was dropped'),
  unrecorded: z.array(stretch).describe('where silence stands in the recordings, for the caller had not agreed to them'),
  damagedLines: count.describe('lines of the journal that cannot be read'),
})

export const adopted = z.strictObject({ id: text })
export const created = z.strictObject({ id: text })

export const forgotten = z.strictObject({
  calls: count,
  turns: count,
  meetings: count,
  feedback: count,
  memoryFacts: count,
  folders: z.array(text),
})

export const liveCall = z.strictObject({
  callSid: text,
  conversationId: text,
  personId: text.nullable(),
  startedAt: isoTime,
  lengthMs: z.number(),
  replies: count,
  events: text.describe('where to follow it, as server-sent events'),
})

export const liveCalls = z.strictObject({ calls: z.array(liveCall) })

export const eventStream = text.describe("text/event-stream; each event's data is JSON")

export const person = z.strictObject({
  id: text,
  firstCallAt: isoTime,
  lastCallAt: isoTime.nullable(),
  calls: count,
  memory: z.array(
    z.strictObject({
      id: text,
      personId: text,
      kind: z.enum(FACT_KINDS),
      fact: text,
      quote: text.describe("the caller's words, out of that turn"),
      callId: text,
      turnId: count,
      createdAt: isoTime,
      expiresAt: isoTime,
    }),
  ),
  meetings: z.array(meeting),
})

export const streaming = z.strictObject({
  stages: z.array(
    z.strictObject({
      stage: z.enum(['hearing', 'thinking', 'speaking', 'playing']),
      provider: text,
      streaming: z.boolean(),
      how: text,
    }),
  ),
})

const spread = z.object({ count, p50: ms, p90: ms, p99: ms })

export const overview = z.strictObject({
  per: z.enum(['hour', 'day']),
  calls: z.strictObject({
    count,
    lengthMs: z.number(),
    endings: z.array(z.strictObject({ reason: text.nullable(), count })),
  }),
  gap: spread
    .extend({
      early: count.describe('replies before 500 ms of silence; never any'),
      ready: count.describe('replies whose audio existed when the silence was complete'),
      distribution: z.array(z.strictObject({ fromMs: z.number(), count })).describe('by frames of 20 ms'),
    })
    .describe("from the caller's last sound to the reply's first frame"),
  stages: z.array(spread.extend({ stage: z.enum(['words', 'model', 'voice', 'ready', 'own']) })),
  times: z.array(z.strictObject({ at: text, calls: count, gap: spread })),
  drafts: z.strictObject({ hit: count, missed: count, late: count }),
  outcomes: z.array(z.strictObject({ outcome: text, count })),
  amended: count,
  holds: count,
  costs: z.array(
    z.strictObject({
      service: z.enum(['recogniser', 'model', 'voice']),
      usd: z.number().nullable(),
      droppedUsd: z.number(),
      unknown: z.boolean(),
    }),
  ),
})
