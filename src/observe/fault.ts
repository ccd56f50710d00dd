/** Where in the journal a fault is told, and which service's it was, in which stage. Pure. */
import type { Entry } from '../call/journal.ts'

export type Fault = { readonly provider: string; readonly stage: string; readonly message: string }

/** The fault that an entry tells; null if it tells none. */
export function faultIn(entry: Entry): Fault | null {
  if (entry.type === 'trouble') return { provider: entry.provider, stage: entry.stage, message: entry.message }
  if (entry.type === 'stalled') {
    const { stage, forMs } = entry
    return {
      provider: 'watchdog',
      stage,
      message: `stalled: it was the bot's turn, and nothing came of the ${stage} for ${forMs} ms`,
    }
  }
  if (entry.type === 'broken') return { provider: 'Halfsecond', stage: 'call', message: entry.why.split('\n')[0] ?? '' }
  if (entry.type !== 'input') return null
  const { input } = entry
  if (input.type === 'heard' && input.news.type === 'deaf') {
    const { provider, stage, message } = input.news.error
    return { provider, stage, message }
  }
  return input.type === 'reply' && input.news.type === 'failed' ? named(input.news.why) : null
}

/** A failed reply is told by its error's message alone, which begins with whose it is: `OpenAI (connection): …`. */
function named(message: string): Fault {
  const [, provider = 'Halfsecond', stage = 'reply'] = /^(\S[^():]*?) \(([^()]+)\): /.exec(message) ?? []
  return { provider, stage, message }
}
