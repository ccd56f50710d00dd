/** What can go wrong with a completion, on order: one fault spoils one request. */

export type Fault =
  /** An error instead of a completion. `retryAfterMs` and `retryAfterS` set the header of that unit. */
  | {
      readonly type: 'status'
      readonly status: number
      readonly code?: string
      readonly message?: string
      readonly retryAfterMs?: number
      readonly retryAfterS?: number
    }
  /** An error page that is no JSON, as a proxy in between would send it. */
  | { readonly type: 'proxy-error'; readonly status: number }
  /** The headers come only after so long; null: never. */
  | { readonly type: 'slow-headers'; readonly ms: number | null }
  /** After so many tokens: nothing more comes, and the connection stays open. */
  | { readonly type: 'stall'; readonly afterTokens: number }
  /** After so many tokens: the connection is destroyed. */
  | { readonly type: 'cut'; readonly afterTokens: number }
  /** After so many tokens: the body ends as if all were well, without finish_reason and [DONE]. */
  | { readonly type: 'end-early'; readonly afterTokens: number }
  /** After so many tokens: an error inside the stream. */
  | { readonly type: 'stream-error'; readonly afterTokens: number }
  /** After so many tokens: a line that is no JSON. */
  | { readonly type: 'garbage'; readonly afterTokens: number }
  /** The finish comes, but neither usage nor [DONE] nor the end of the body. */
  | { readonly type: 'stall-after-finish' }

export type BodyFault = Extract<Fault, { readonly afterTokens: number }>
