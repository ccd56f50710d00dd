/**
 * Who holds the floor, and who held it when, folded from a call's journal: each side's stretches of sound, and the reply that
 * nobody hears yet. Pure. The times are call time.
 */
import type { GivenCommand, Entry, ToldEvent } from '../../call/journal.ts'

/** A stretch of sound; `toMs` null while it goes on. */
export type Stretch = { readonly fromMs: number; readonly toMs: number | null }

export type Floor = {
  readonly nowMs: number
  readonly caller: readonly Stretch[]
  readonly bot: readonly Stretch[]
  /** Since when the caller has been silent and waits for an answer; null if no answer is due. */
  readonly silentSinceMs: number | null
  readonly draft: number | null
  readonly over: boolean
}

export type Holder = 'caller' | 'bot' | 'both' | 'pause' | 'nobody' | 'over'

export const newFloor: Floor = { nowMs: 0, caller: [], bot: [], silentSinceMs: null, draft: null, over: false }

export function holderOf({ caller, bot, silentSinceMs, over }: Floor): Holder {
  if (over) return 'over'
  const [callerSpeaks, botSpeaks] = [isOpen(caller), isOpen(bot)]
  if (callerSpeaks) return botSpeaks ? 'both' : 'caller'
  if (botSpeaks) return 'bot'
  return silentSinceMs === null ? 'nobody' : 'pause'
}

/** Takes an entry into account; entries come in the journal's order. */
export function followFloor(floor: Floor, entry: Entry): Floor {
  const now = { ...floor, nowMs: Math.max(floor.nowMs, entry.at) }
  if (entry.type === 'event') return hear(now, entry.at, entry.event)
  if (entry.type === 'command') return obey(now, entry.at, entry.command)
  if (entry.type === 'first-frame') return { ...now, bot: opened(now.bot, entry.at), silentSinceMs: null, draft: null }
  const isEnd = entry.type === 'broken' || (entry.type === 'input' && entry.input.type === 'ended')
  return isEnd ? end(now, entry.at) : now
}

function hear(floor: Floor, at: number, event: ToldEvent): Floor {
  if (event.type === 'caller-spoke') return { ...floor, caller: opened(floor.caller, event.fromMs), silentSinceMs: null }
  if (event.type === 'reply-finished') return { ...floor, bot: closed(floor.bot, at) }
  // Also takes back a sound that only seemed to be speech: nothing is open then, and nothing is due.
  if (event.type !== 'caller-paused' || !isOpen(floor.caller)) return floor
  return { ...floor, caller: closed(floor.caller, event.sinceMs), silentSinceMs: event.sinceMs }
}

function obey(floor: Floor, at: number, command: GivenCommand): Floor {
  if (command.type === 'prepare') return { ...floor, draft: command.id }
  if (command.type === 'hold') return { ...floor, bot: closed(floor.bot, at) }
  if (command.type === 'resume') return { ...floor, bot: opened(floor.bot, at), silentSinceMs: null }
  if (command.type !== 'drop') return floor
  return { ...floor, bot: closed(floor.bot, at), draft: floor.draft === command.id ? null : floor.draft }
}

const isOpen = (stretches: readonly Stretch[]): boolean => stretches.at(-1)?.toMs === null

const opened = (stretches: readonly Stretch[], fromMs: number): readonly Stretch[] =>
  isOpen(stretches) ? stretches : [...stretches, { fromMs, toMs: null }]

function closed(stretches: readonly Stretch[], toMs: number): readonly Stretch[] {
  const last = stretches.at(-1)
  if (!last || last.toMs !== null) return stretches
  return [...stretches.slice(0, -1), { ...last, toMs: Math.max(last.fromMs, toMs) }]
}

const end = (floor: Floor, at: number): Floor => ({
  ...floor,
  caller: closed(floor.caller, at),
  bot: closed(floor.bot, at),
  silentSinceMs: null,
  draft: null,
  over: true,
})
