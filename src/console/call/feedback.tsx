/** What people thought of a call, and a form to say so. */
import { useState } from 'preact/hooks'
import { ask } from '../api.ts'
import type { Feedback as Given, RecordedCall } from '../api-types.ts'
import { dayOf, timeOf } from '../format.ts'

const SOURCES: Readonly<Record<Given['source'], string>> = { api: 'here', keys: 'by key', caller: 'said on the call' }

export function Feedback({ call, given }: { readonly call: RecordedCall; readonly given: () => void }) {
  return (
    <section class="feedback">
      <h2>Feedback</h2>
      {call.feedback.length === 0 ? (
        <p class="small quiet">None yet.</p>
      ) : (
        <ul>
          {call.feedback.map(each => (
            <li key={each.id}>
              <strong>{each.rating === null ? '–' : `${each.rating} of 5`}</strong>
              <span>{each.words ?? ''}</span>
              <span class="small quiet">
                {each.turnId === null ? 'the call' : `turn ${each.turnId}`}, {SOURCES[each.source]},{' '}
                {dayOf(each.createdAt, new Date())} {timeOf(each.createdAt)}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Form call={call} given={given} />
    </section>
  )
}

function Form({ call, given }: { readonly call: RecordedCall; readonly given: () => void }) {
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly isFault: boolean } | null>(null)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const body = bodyOf(new FormData(form), call.callSid)
    if (!('rating' in body || 'words' in body)) return setOutcome({ text: 'Choose a number or write something.', isFault: true })
    ask('/api/feedback', { method: 'POST', body }).then(
      () => {
        form.reset()
        setOutcome({ text: 'Kept.', isFault: false })
        given()
      },
      (error: Error) => setOutcome({ text: error.message, isFault: true }),
    )
  }
  return (
    <form class="row" onSubmit={submit}>
      <fieldset class="choice">
        <legend class="visually-hidden">Rating, 1 (bad) to 5</legend>
        {[1, 2, 3, 4, 5].map(rating => (
          <label key={rating}>
            <input type="radio" name="rating" value={rating} />
            <span>{rating}</span>
          </label>
        ))}
      </fieldset>
      <label>
        <span class="label">About</span>
        <select name="turn">
          <option value="">the call</option>
          {call.turns.map(({ id }) => (
            <option key={id} value={id}>
              turn {id}
            </option>
          ))}
        </select>
      </label>
      <label class="grow">
        <span class="label">In words</span>
        <input name="words" maxLength={2000} autocomplete="off" />
      </label>
      <button type="submit">Give feedback</button>
      <p role="status" class={`small ${outcome?.isFault ? 'fault' : 'quiet'}`}>
        {outcome?.text}
      </p>
    </form>
  )
}

function bodyOf(data: FormData, callSid: string): object {
  const text = (name: string): string => {
    const value = data.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  return {
    callSid,
    ...(text('rating') !== '' && { rating: Number(text('rating')) }),
    ...(text('turn') !== '' && { turn: Number(text('turn')) }),
    ...(text('words') !== '' && { words: text('words') }),
  }
}
