/** What the owner can do to a call that goes on: have the bot say something, hand the call on, end it. */
import { useState } from 'preact/hooks'
import { ask } from '../api.ts'

type Outcome = { readonly text: string; readonly isFault: boolean }

export function Controls({ callSid }: { readonly callSid: string }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [sureOf, setSureOf] = useState<'hangup' | null>(null)
  const send = async (what: string, body: object, done: string): Promise<boolean> => {
    try {
      await ask(`/api/calls/${callSid}/${what}`, { method: 'POST', body })
      setOutcome({ text: done, isFault: false })
      return true
    } catch (error) {
      setOutcome({ text: (error as Error).message, isFault: true })
      return false
    }
  }
  const submit = (what: string, field: string, done: string) => (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const value = new FormData(form).get(field)
    void send(what, { [field]: typeof value === 'string' ? value.trim() : '' }, done).then(isDone => isDone && form.reset())
  }
  const hangUp = (): void => {
    if (sureOf === 'hangup') void send('hangup', {}, 'Hung up.')
    setSureOf(sureOf === 'hangup' ? null : 'hangup')
  }
  return (
    <section class="controls" aria-label="What to do with this call">
      <form onSubmit={submit('say', 'text', 'The bot says it as soon as the floor is free.')}>
        <label class="grow">
          <span class="label">Have the bot say</span>
          <input name="text" required maxLength={500} autocomplete="off" />
        </label>
        <button type="submit">Say</button>
      </form>
      <form onSubmit={submit('transfer', 'brief', 'The call is handed on.')}>
        <label class="grow">
          <span class="label">Put through, telling the colleague</span>
          <input name="brief" required maxLength={500} autocomplete="off" placeholder="wants a price for forty seats" />
        </label>
        <button type="submit">Transfer</button>
      </form>
      <button type="button" class="danger" onClick={hangUp} onBlur={() => setSureOf(null)}>
        {sureOf === 'hangup' ? 'Hang up now?' : 'Hang up'}
      </button>
      <p role="status" class={`small ${outcome?.isFault ? 'fault' : 'quiet'}`}>
        {outcome?.text}
      </p>
    </section>
  )
}
