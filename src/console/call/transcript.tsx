/** What was said, turn by turn; each word can be heard. The one being said is marked while the recording plays. */
import { Fragment } from 'preact'
import { memo } from 'preact/compat'
import { useEffect, useRef } from 'preact/hooks'
import type { WordsOfCall } from '../api-types.ts'
import { lengthOf } from '../format.ts'
import type { Listening } from './listening.ts'
import { wordAt, type Row } from './said.ts'

type Parts = {
  readonly rows: readonly Row[]
  readonly words: WordsOfCall | null
  /** Null: there is nothing to hear. */
  readonly listening: Listening | null
}

export function Transcript({ rows, words, listening }: Parts) {
  const list = useRef<HTMLOListElement>(null)
  // By hand: a word's mark is not worth drawing the whole transcript sixty times a second.
  useEffect(() => {
    if (!words || !listening) return
    let marked: Element | null = null
    return listening.nowMs.subscribe(ms => {
      const index = ms === 0 ? -1 : wordAt(words.words, ms)
      const next = list.current?.querySelector(`[data-word="${index}"]`) ?? null
      if (next === marked) return
      marked?.removeAttribute('aria-current')
      next?.setAttribute('aria-current', 'true')
      marked = next
    })
  }, [words, listening])
  return (
    <ol class="call-transcript" ref={list} onKeyDown={walk}>
      {rows.map((row, n) => (
        <SaidRow key={n} row={row} play={listening?.playFrom ?? null} />
      ))}
    </ol>
  )
}

/** From word to word by arrows: with Tab one goes from row to row. */
function walk(event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  const here = event.target instanceof HTMLButtonElement && event.currentTarget instanceof HTMLElement ? event.target : null
  if (by === 0 || !here) return
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll('button')]
  event.preventDefault()
  all[all.indexOf(here) + by]?.focus()
}

type SaidRowParts = { readonly row: Row; readonly play: ((ms: number) => void) | null }

const SaidRow = memo(({ row: { who, turn, aside, startMs, words }, play }: SaidRowParts) => {
  const name = who === 'caller' ? 'Caller' : 'Bot'
  return (
    <li class={`said ${who} ${aside ? 'aside' : ''}`}>
      {play && startMs !== null ? (
        <button type="button" class="plain said-at" onClick={() => play(startMs)}>
          <span class="visually-hidden">
            Hear {name}
            {turn === null ? '' : `, turn ${turn}`}, at{' '}
          </span>
          {lengthOf(startMs)}
        </button>
      ) : (
        <span class="said-at">{startMs === null ? '' : lengthOf(startMs)}</span>
      )}
      <span class="who">{name}</span>
      <p>
        {words.map(({ text, index, startMs: wordMs, heard }) => {
          const spoken = heard ? text : <s>{text}</s>
          return (
            <Fragment key={index}>
              {play && wordMs !== null ? (
                <button type="button" class="word" data-word={index} tabIndex={-1} onClick={() => play(wordMs)}>
                  {spoken}
                </button>
              ) : (
                <span class="word">{spoken}</span>
              )}{' '}
            </Fragment>
          )
        })}
        {aside && <span class="tag">meanwhile</span>}
        {turn === null && <span class="tag">not answered</span>}
      </p>
    </li>
  )
})
