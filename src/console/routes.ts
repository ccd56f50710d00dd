/** The page's addresses, and the view that each names. Pure; src/console-pages.ts answers at the same ones. */

export type Route =
  | { readonly view: 'live' }
  | { readonly view: 'calls' }
  /** `id` of a conversation, or the SID of one of its calls. */
  | { readonly view: 'call'; readonly id: string }
  | { readonly view: 'overview' }
  | { readonly view: 'talk' }
  | { readonly view: 'nothing' }

export function routeOf(path: string): Route {
  const [first = '', second, ...more] = path.split('/').filter(part => part !== '')
  if (more.length > 0) return { view: 'nothing' }
  if (first === 'calls') return second === undefined ? { view: 'calls' } : { view: 'call', id: decodeURIComponent(second) }
  if (second !== undefined) return { view: 'nothing' }
  if (first === '') return { view: 'live' }
  return first === 'overview' || first === 'talk' ? { view: first } : { view: 'nothing' }
}

export const callPath = (id: string): string => `/calls/${encodeURIComponent(id)}`
