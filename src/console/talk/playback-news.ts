/** What the playback worklet tells the page. */
export type PlaybackNews =
  /** The audio before this mark is over at `atS` of the context's clock; it is heard as much later as the device takes. */
  | { readonly type: 'reached'; readonly name: string; readonly atS: number }
  /** Everything that waited was thrown away; these marks were among it. */
  | { readonly type: 'cleared'; readonly names: readonly string[] }
  /** Told 50 times a second: how loud it is (RMS, 1 is full scale), and which mark comes next. */
  | { readonly type: 'playing'; readonly level: number; readonly nextMark: NextMark | null }

export type NextMark = { readonly name: string; readonly inMs: number }
