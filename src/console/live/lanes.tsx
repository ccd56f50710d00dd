/** The last half minute of a call on two lanes, the caller's above the bot's, with the half second of silence before each reply. */
import { holderOf, type Floor, type Holder, type Stretch } from './floor.ts'

const WINDOW_MS = 30_000
const MARK_EVERY_MS = 5_000
const HEIGHT = 44
/** What the bot says after so long is no answer any more. */
const LONGEST_GAP_MS = 4_000

export function Lanes({ floor, nowMs }: { readonly floor: Floor; readonly nowMs: number }) {
  const fromMs = nowMs - WINDOW_MS
  const x = (ms: number): number => ((ms - fromMs) / WINDOW_MS) * 1000
  const firstMark = Math.ceil(Math.max(0, fromMs) / MARK_EVERY_MS) * MARK_EVERY_MS
  const marks = Array.from({ length: WINDOW_MS / MARK_EVERY_MS }, (_, n) => firstMark + n * MARK_EVERY_MS).filter(
    ms => ms <= nowMs,
  )
  return (
    <figure class="lanes">
      <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {marks.map(ms => (
          <line key={ms} x1={x(ms)} x2={x(ms)} y1="0" y2={HEIGHT} class="lane-mark" vector-effect="non-scaling-stroke" />
        ))}
        {gapsOf(floor, fromMs).map(({ fromMs: from, toMs }) => (
          <rect key={from} x={x(from)} y="20.5" width={Math.max(1, x(toMs) - x(from))} height="3" class="lane-gap" />
        ))}
        <Lane kind="caller" y={4} stretches={floor.caller} x={x} nowMs={nowMs} fromMs={fromMs} />
        <Lane kind="bot" y={25} stretches={floor.bot} x={x} nowMs={nowMs} fromMs={fromMs} />
      </svg>
      <div class="lane-names small quiet" aria-hidden="true">
        <span>30 s ago</span>
        <span>now</span>
      </div>
    </figure>
  )
}

/** From the end of the caller's sound to the start of the bot's: what this program is about. */
function gapsOf({ caller, bot }: Floor, sinceMs: number): readonly { readonly fromMs: number; readonly toMs: number }[] {
  return bot.flatMap(({ fromMs: toMs }) => {
    const before = caller.findLast(stretch => stretch.toMs !== null && stretch.toMs <= toMs)
    return before?.toMs == null || before.toMs < sinceMs || toMs - before.toMs > LONGEST_GAP_MS
      ? []
      : [{ fromMs: before.toMs, toMs }]
  })
}

type LaneParts = {
  readonly kind: 'caller' | 'bot'
  readonly y: number
  readonly stretches: readonly Stretch[]
  readonly x: (ms: number) => number
  readonly nowMs: number
  readonly fromMs: number
}

function Lane({ kind, y, stretches, x, nowMs, fromMs }: LaneParts) {
  const seen = stretches.filter(({ toMs }) => (toMs ?? nowMs) > fromMs)
  return (
    <>
      <rect x="0" y={y} width="1000" height="15" class="lane-ground" />
      {seen.map(({ fromMs: from, toMs }) => (
        <rect
          key={from}
          x={x(Math.max(from, fromMs))}
          y={y}
          width={Math.max(1.5, x(toMs ?? nowMs) - x(Math.max(from, fromMs)))}
          height="15"
          class={`fill-${kind}`}
        />
      ))}
    </>
  )
}

const HOLDERS: Readonly<Record<Holder, string>> = {
  caller: 'The caller has the floor',
  bot: 'The bot has the floor',
  both: 'Both are speaking',
  pause: 'The caller paused',
  nobody: 'Nobody is speaking',
  over: 'The call is over',
}

export function FloorHolder({ floor }: { readonly floor: Floor }) {
  const holder = holderOf(floor)
  const isDrafting = floor.draft !== null && holder !== 'bot' && holder !== 'over'
  return (
    <p class={`holder ${holder}`}>
      <span class="holder-sign" aria-hidden="true" />
      <span>{HOLDERS[holder]}</span>
      {isDrafting && <span class="tag">a reply is drafted</span>}
    </p>
  )
}
