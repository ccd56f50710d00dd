/** What may go wrong in one session, and when: at so many milliseconds of its audio. Data only. */
export type Fault =
  /** The upgrade is answered with an HTTP status; 0 cuts the connection. */
  | { readonly type: 'refuse'; readonly status: number }
  /** Begin takes so long instead. */
  | { readonly type: 'slow-begin'; readonly ms: number }
  /** An Error message instead of Begin, then the close that follows it. */
  | { readonly type: 'no-begin'; readonly code: number; readonly message: string }
  /** The socket is cut without a word. */
  | { readonly type: 'drop'; readonly atMs: number }
  | { readonly type: 'error'; readonly atMs: number; readonly code: number; readonly message: string }
  | { readonly type: 'close'; readonly atMs: number; readonly code: number }
  /** From here on it takes audio and says nothing. */
  | { readonly type: 'stall'; readonly atMs: number }
  /** It says something that is no message. */
  | { readonly type: 'garbage'; readonly atMs: number; readonly text: string }
  /** Each Turn is sent twice. */
  | { readonly type: 'duplicate' }
  /** Each second Turn is sent after the one that follows it. */
  | { readonly type: 'reorder' }
  /** It never answers Terminate. */
  | { readonly type: 'no-termination' }
