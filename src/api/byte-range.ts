/** Which bytes of a file a request wants: the Range header of RFC 9110, section 14. Pure. */

export type ByteRange =
  | { readonly type: 'whole' }
  /** From `start` up to, not including, `end`. */
  | { readonly type: 'part'; readonly start: number; readonly end: number }
  | { readonly type: 'unsatisfiable' }

/** More than one part at once, and what is no range of bytes, is answered with the whole file, as the RFC allows. */
export function byteRange(header: string | undefined, bytes: number): ByteRange {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return { type: 'whole' }
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { type: 'whole' }
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1)
  return start < end ? { type: 'part', start, end } : { type: 'unsatisfiable' }
}
