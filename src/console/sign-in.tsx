/** Asks for the API token, which the server exchanges for a cookie that lasts a working day. */
import { useState } from 'preact/hooks'
import { signIn } from './api.ts'

export function SignIn() {
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const token = new FormData(event.currentTarget as HTMLFormElement).get('token')
    setBusy(true)
    signIn(typeof token === 'string' ? token.trim() : '')
      .then(setFault, (error: Error) => setFault(error.message))
      .finally(() => setBusy(false))
  }
  return (
    <section class="empty">
      <h1>Whose phone is this?</h1>
      <p>
        From another machine this page is for whoever runs the assistant: show the token that its <code>.env</code> names as{' '}
        <code>API_TOKEN</code>.
      </p>
      <form class="row" onSubmit={submit}>
        <label class="grow">
          <span class="label">API token</span>
          <input name="token" type="password" autocomplete="current-password" required autofocus />
        </label>
        <button type="submit" disabled={busy}>
          Sign in
        </button>
      </form>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  )
}
