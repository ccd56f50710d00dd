/** The assistant, as far as it has a face: a drawing that listens, thinks and speaks. */
import { useRef } from 'preact/hooks'
import { mouthPath, SHUT, type Mouth } from './face-model.ts'
import { useFrames } from './frames.ts'

export type Mood = 'resting' | 'ringing' | 'attentive' | 'listening' | 'thinking' | 'speaking' | 'over'

/** How much of the way to its place the mouth goes in one picture; lips have some weight. */
const EAGERNESS = 0.55

export function Face({ mood, mouth }: { readonly mood: Mood; readonly mouth: () => Mouth }) {
  const lips = useRef<SVGPathElement>(null)
  const shown = useRef(SHUT)
  useFrames(() => {
    const aim = mouth()
    const { open, round } = shown.current
    shown.current = { open: open + EAGERNESS * (aim.open - open), round: round + EAGERNESS * (aim.round - round) }
    lips.current?.setAttribute('d', mouthPath(shown.current))
  })
  return (
    <svg class={`face ${mood}`} viewBox="0 0 240 240" aria-hidden="true">
      <g class="face-waves">
        <path d="M14 96a40 40 0 0 0 0 56" />
        <path d="M226 96a40 40 0 0 1 0 56" />
      </g>
      <g class="face-head">
        <path class="face-band" d="M44 118a76 78 0 0 1 152 0" />
        <path class="face-skin" d="M120 44c46 0 72 32 72 78 0 50-30 84-72 84s-72-34-72-84c0-46 26-78 72-78z" />
        <ellipse class="face-cheek" cx="78" cy="146" rx="14" ry="9" />
        <ellipse class="face-cheek" cx="162" cy="146" rx="14" ry="9" />
        <g class="face-brows">
          <path d="M76 88q14-9 28-2" />
          <path d="M136 86q14-7 28 2" />
        </g>
        <g class="face-eyes">
          <ellipse cx="90" cy="114" rx="8" ry="11" />
          <ellipse cx="150" cy="114" rx="8" ry="11" />
          <circle class="face-glint" cx="93" cy="110" r="2.6" />
          <circle class="face-glint" cx="153" cy="110" r="2.6" />
        </g>
        <g transform="translate(120 162)">
          <path class="face-mouth" ref={lips} d={mouthPath(SHUT)} />
        </g>
        <rect class="face-ear" x="34" y="104" width="24" height="44" rx="11" />
        <rect class="face-ear" x="182" y="104" width="24" height="44" rx="11" />
        <path class="face-boom" d="M46 146c2 36 22 52 46 56" />
        <rect class="face-ear" x="88" y="196" width="20" height="11" rx="5.5" />
      </g>
    </svg>
  )
}
