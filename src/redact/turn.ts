/** A turn's certificate as others may read it: the same times, without what must not be read. */
import type { Certificate } from '../call/certificate.ts'
import type { Redact } from './redact.ts'

export const redactedTurn = (turn: Certificate, redact: Redact): Certificate => ({
  ...turn,
  said: redact(turn.said),
  text: redact(turn.text),
  heard: redact(turn.heard),
  asides: turn.asides.map(redact),
})
