/** How loud one side is, as a bar that is quick to rise and slow to fall. */
import { useRef } from 'preact/hooks'
import { useFrames } from './frames.ts'

const RANGE_DB = 54
const FALLS_BY = 0.03

type MeterParts = {
  readonly who: 'caller' | 'bot'
  readonly name: string
  /** RMS, 1 is full scale. */
  readonly level: () => number
}

export function Meter({ who, name, level }: MeterParts) {
  const bar = useRef<HTMLDivElement>(null)
  const shown = useRef(0)
  useFrames(() => {
    const share = Math.max(0, Math.min(1, 1 + (20 * Math.log10(level() + 1e-6)) / RANGE_DB))
    shown.current = Math.max(share, shown.current - FALLS_BY)
    bar.current?.style.setProperty('--level', shown.current.toFixed(3))
  })
  return (
    <div class={`meter ${who}`}>
      <span class="small">{name}</span>
      <div class="meter-bar" ref={bar} aria-hidden="true" />
    </div>
  )
}
