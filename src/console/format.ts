/** Times, lengths and money as the page writes them. Pure. */

/** `7:04`, `1:02:09`. */
export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** Milliseconds with their sign only where they are below zero, and no fraction. */
export const wholeMs = (ms: number): string => `${Math.round(ms).toLocaleString('en')} ms`

/** A SID by its last six signs, which tell calls apart well enough for an eye. */
export const shortSid = (sid: string): string => `…${sid.slice(-6)}`

/** `$0.0412`; two figures that matter, never fewer than cents. Null is unknown, and never 0. */
export function dollars(usd: number | null): string {
  if (usd === null) return 'unknown'
  if (usd === 0) return '$0'
  const digits = usd >= 1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(usd))))
  return `$${usd.toFixed(digits)}`
}

/** Of the day, as this browser writes it: `14:05`. */
export const timeOf = (iso: string): string => new Date(iso).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })

/** `21 Nov`, in this browser's words; the year only where it is another. */
export function dayOf(iso: string, now: Date): string {
  const date = new Date(iso)
  const year = date.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return date.toLocaleDateString([], { day: 'numeric', month: 'short', ...year })
}
