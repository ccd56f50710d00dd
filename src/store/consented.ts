/** A journal that keeps a call's audio only as far as the caller has agreed to it; silence stands for the rest, on the same clock. */
import { silentFrame } from '../audio/frames.ts'
import type { Consent, ConsentWatch } from '../call/consent.ts'
import type { Entry, Journal } from '../call/journal.ts'

export function consented(kept: Journal, watch: ConsentWatch): Journal {
  // A call that is recorded from its beginning has nothing to tell.
  let told: Consent | null = watch.consent === 'given' ? 'given' : null
  return {
    write(entry: Entry) {
      kept.write(entry)
      watch.take(entry)
      if (watch.consent === told) return
      told = watch.consent
      kept.write({ at: entry.at, ms: entry.ms, type: 'recording', consent: told })
    },
    audio: (caller, bot) => (watch.consent === 'given' ? kept.audio(caller, bot) : kept.audio(silentFrame, silentFrame)),
    close: () => kept.close(),
  }
}
