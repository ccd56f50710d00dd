/**
 * Why a call went as it did, folded from its journal: for each turn which stage was slow, what became of drafts and why, what
 * held a reply and why it went on or did not; faults; and what it all cost. Pure; the words for it are in render.ts.
 */
import { Certificates, type Certificate } from '../../../src/call/certificate.ts'
import type { Entry, Heading } from '../../../src/call/journal.ts'
import { faultIn } from '../../../src/observe/fault.ts'
import { DUE_MS, RepliesInTime, type ReplyTimes } from '../../../src/observe/reply-times.ts'
import { CallUsage } from '../../../src/store/call-usage.ts'

/** What each stage may take, in ms, for a reply to be ready when it is due. */
export const BUDGETS = { 'words settled': 400, 'model, first token': 300, 'voice, first audio': 150, release: 20 } as const
export type StageName = keyof typeof BUDGETS

/** Milliseconds since the caller fell silent. */
export type StageBar = { readonly stage: StageName; readonly fromMs: number; readonly toMs: number; readonly slow: boolean }

export type Draft = {
  readonly id: number
  readonly said: string
  readonly lastedMs: number
  readonly why: string
  readonly failure: string | null
}

export type BargeIn = {
  readonly atMs: number
  readonly sound: string
  readonly words: string
  /** What the caller had heard of the reply by then. */
  readonly heard: string
  readonly became: 'resumed' | 'interrupted' | 'ended'
  readonly afterMs: number | null
}

export type ExplainedTurn = {
  readonly certificate: Certificate
  /** From the caller's last voiced frame to the first frame of the reply; null for lines and what never left. */
  readonly gapMs: number | null
  readonly stages: readonly StageBar[]
  readonly discarded: readonly Draft[]
  readonly bargeIns: readonly BargeIn[]
}

export type Cost = { readonly service: string; readonly dropped: boolean; readonly usd: number; readonly unknown: number }

export type Explanation = {
  readonly heading: Heading | null
  readonly lengthMs: number
  readonly ended: string | null
  readonly turns: readonly ExplainedTurn[]
  /** Drafts after the last reply that was heard. */
  readonly leftOver: readonly Draft[]
  /** Faults, and stages that stalled, as they came. */
  readonly troubles: readonly { readonly atMs: number; readonly text: string }[]
  readonly costs: readonly Cost[]
}

export function explain(entries: readonly Entry[]): Explanation {
  const certificates = new Certificates()
  const replies = new RepliesInTime()
  for (const entry of entries) {
    certificates.take(entry)
    replies.take(entry)
  }
  const times = new Map(replies.all.map(reply => [reply.id, reply]))
  const drafts = draftsIn(entries, replies.all)
  const bargeIns = bargeInsIn(entries)
  const turns = certificates.all.map(certificate =>
    turnOf(certificate, times.get(certificate.id), drafts.get(certificate.id) ?? [], bargeIns.get(certificate.id) ?? []),
  )
  const ended = entries.findLast(entry => entry.type === 'input' && entry.input.type === 'ended')
  return {
    heading: entries.find(entry => entry.type === 'call') ?? null,
    lengthMs: entries.at(-1)?.at ?? 0,
    ended: ended?.type === 'input' && ended.input.type === 'ended' ? ended.input.reason : null,
    turns,
    leftOver: drafts.get(null) ?? [],
    troubles: entries.flatMap(troubleIn),
    costs: costsOf(entries),
  }
}

function turnOf(
  certificate: Certificate,
  times: ReplyTimes | undefined,
  discarded: readonly Draft[],
  bargeIns: readonly BargeIn[],
): ExplainedTurn {
  const { silentSinceMs = null, firstFrameMs = null } = times ?? {}
  const gapMs = silentSinceMs === null || firstFrameMs === null ? null : Math.round(firstFrameMs - silentSinceMs)
  return { certificate, gapMs, stages: times ? stagesOf(times) : [], discarded, bargeIns }
}

function stagesOf({
  silentSinceMs,
  settledMs,
  begunMs,
  tokenMs,
  phraseMs,
  audioMs,
  releasedMs,
}: ReplyTimes): readonly StageBar[] {
  if (silentSinceMs === null) return []
  const dueMs = Math.max(silentSinceMs + DUE_MS, settledMs ?? 0)
  const bar = (stage: StageName, fromMs: number | null, toMs: number | null): readonly StageBar[] =>
    fromMs === null || toMs === null
      ? []
      : [{ stage, fromMs: fromMs - silentSinceMs, toMs: toMs - silentSinceMs, slow: toMs - fromMs > BUDGETS[stage] }]
  return [
    ...bar('words settled', silentSinceMs, settledMs),
    ...bar('model, first token', begunMs, tokenMs),
    ...bar('voice, first audio', phraseMs, audioMs),
    ...bar('release', dueMs, releasedMs),
  ]
}

/** Replies that were thrown away unheard, under the reply that was let out next; null: none was. */
function draftsIn(entries: readonly Entry[], replies: readonly ReplyTimes[]): Map<number | null, readonly Draft[]> {
  const said = new Map<number, string>()
  for (const { type, ...entry } of entries) {
    if (type === 'command' && 'command' in entry && entry.command.type === 'prepare')
      said.set(entry.command.id, entry.command.said)
  }
  const found = new Map<number | null, readonly Draft[]>()
  let waiting: readonly Draft[] = []
  for (const { id, line, releasedMs, begunMs, endedMs, outcome, failure } of replies) {
    if (releasedMs === null && outcome !== null) {
      const lastedMs = Math.round((endedMs ?? begunMs) - begunMs)
      waiting = [...waiting, { id, said: said.get(id) ?? '', lastedMs, why: outcome, failure }]
    }
    if (releasedMs === null || line !== null) continue
    found.set(id, waiting)
    waiting = []
  }
  return waiting.length > 0 ? found.set(null, waiting) : found
}

/** Each time that a reply was stopped for a sound, by the reply. */
function bargeInsIn(entries: readonly Entry[]): Map<number, readonly BargeIn[]> {
  const found = new Map<number, readonly BargeIn[]>()
  const heard = new Map<number, string>()
  let sound = 'a sound'
  let words = ''
  let held: { readonly id: number; readonly at: number; readonly ms: number; readonly sound: string } | null = null
  const settle = (became: BargeIn['became'], ms: number | null, aside: string): void => {
    if (!held) return
    const one = {
      atMs: held.at,
      sound: held.sound,
      words: aside === '' ? words : aside,
      heard: heard.get(held.id) ?? '',
      became,
      afterMs: ms === null ? null : Math.round(ms - held.ms),
    }
    found.set(held.id, [...(found.get(held.id) ?? []), one])
    held = null
  }
  for (const entry of entries) {
    if (entry.type === 'event') {
      const { event } = entry
      if (event.type === 'caller-spoke') sound = `the caller's voice since ${(event.fromMs / 1000).toFixed(2)} s`
      if (event.type === 'words') words = event.said
      if (event.type === 'words' && !held && event.said !== '') sound = `the words "${event.said}"`
      if (event.type === 'reply-held' || event.type === 'reply-heard') heard.set(event.id, event.text)
    }
    if (entry.type !== 'command') continue
    const { command } = entry
    if (command.type === 'hold') {
      held = { id: command.id, at: entry.at, ms: entry.ms, sound }
      // What was said before belongs to the turn before, unless it is what stopped the reply.
      if (!sound.startsWith('the words')) words = ''
    }
    if (command.type === 'resume') settle('resumed', entry.ms, command.aside)
    if (command.type === 'drop' && held?.id === command.id)
      settle(command.why === 'interrupted' ? 'interrupted' : 'ended', entry.ms, '')
  }
  settle('ended', null, '')
  return found
}

function troubleIn(entry: Entry): readonly { readonly atMs: number; readonly text: string }[] {
  const fault = faultIn(entry)
  return fault ? [{ atMs: entry.at, text: fault.message }] : []
}

function costsOf(entries: readonly Entry[]): readonly Cost[] {
  const heading = entries.find(entry => entry.type === 'call')
  if (!heading) return []
  const usage = new CallUsage('', heading)
  const ids = new Set<number>()
  for (const entry of entries) {
    usage.take(entry)
    if (entry.type === 'command' && entry.command.type === 'prepare') ids.add(entry.command.id)
  }
  const sums = new Map<string, Cost>()
  for (const { service, dropped, usd } of [...[...ids].flatMap(id => usage.costsOf(id)), ...usage.costsOfCall()]) {
    const key = `${service} ${dropped}`
    const before = sums.get(key) ?? { service, dropped: dropped === 1, usd: 0, unknown: 0 }
    sums.set(key, { ...before, usd: before.usd + (usd ?? 0), unknown: before.unknown + (usd === null ? 1 : 0) })
  }
  return [...sums.values()]
}
