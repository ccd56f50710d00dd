/** The two sides of a call as audio: what the caller said, and what the caller heard. */
import { byteLength, SILENCE_BYTE } from '../../../src/audio/frames.ts'

/** Mu-law on one clock. */
export type Legs = { readonly caller: Uint8Array; readonly bot: Uint8Array }

/** Lays the streams of a call on the call's clock; where there was no stream, there is silence. */
export function joinLegs(streams: readonly (Legs & { readonly beganMs: number })[]): Legs {
  return {
    caller: lay(streams.map(({ beganMs, caller }) => [beganMs, caller])),
    bot: lay(streams.map(({ beganMs, bot }) => [beganMs, bot])),
  }
}

function lay(pieces: readonly (readonly [beganMs: number, audio: Uint8Array])[]): Uint8Array {
  const length = Math.max(0, ...pieces.map(([beganMs, audio]) => byteLength(beganMs) + audio.length))
  const leg = new Uint8Array(length).fill(SILENCE_BYTE)
  for (const [beganMs, audio] of pieces) leg.set(audio, byteLength(beganMs))
  return leg
}
