/** A call's transcript as a page a person reads: who said what when, and what of it was heard. Pure. */
import type { Certificate } from '../call/certificate.ts'
import type { Heading } from '../call/journal.ts'

export const transcriptHeading = ({ callSid, startedAt, providers }: Heading): string =>
  `# Call ${callSid}\n\n${startedAt} · heard by ${providers.stt}, answered by ${providers.llm}, spoken by ${providers.tts}\n\n`

/** The lines of one turn. */
export function transcriptOf(turn: Certificate): string {
  const caller = turn.said === '' ? '' : `**Caller** ${clockOf(turn.silentSinceMs ?? turn.draftMs)}  ${turn.said}\n\n`
  const asides = turn.asides.map(aside => `**Caller** (meanwhile)  ${aside}\n\n`).join('')
  const cut = turn.outcome === 'heard' || turn.outcome === 'under-way' ? '' : ` — [${endings[turn.outcome]}]`
  return `${caller}**Assistant** ${clockOf(turn.firstFrameMs ?? turn.draftMs)}  ${turn.heard.trim()}${cut}\n\n${asides}`
}

const endings = {
  interrupted: 'cut off by the caller',
  withdrawn: 'withdrawn before a word was heard',
  failed: 'failed',
  'too-slow': 'given up, for nothing of it came in time',
  'call-ended': 'the call ended',
  'words-changed': 'thrown away',
  overtaken: 'thrown away',
} as const

/** Minutes and seconds of call time. */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}
