/** Removes a conversation for good, if that is really wanted. */
import { useRef, useState } from 'preact/hooks'
import { ask } from '../api.ts'
import type { RecordedConversation } from '../api-types.ts'
import { go } from '../router.ts'

export function Removal({ conversation: { id, calls } }: { readonly conversation: RecordedConversation }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [fault, setFault] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const remove = (): void => {
    setBusy(true)
    ask(`/api/conversations/${encodeURIComponent(id)}`, { method: 'DELETE' }).then(
      () => go('/calls'),
      (error: Error) => {
        setBusy(false)
        setFault(error.message)
      },
    )
  }
  const what = calls.length === 1 ? 'this call' : `all ${calls.length} calls of this conversation`
  return (
    <>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        Delete …
      </button>
      <dialog ref={dialog} class="card confirm" aria-labelledby="removal-title">
        <h2 id="removal-title">Delete {what}?</h2>
        <p>Turns, costs, feedback, what was remembered of it and the recordings on this machine go for good.</p>
        {fault !== null && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
        <div class="row">
          <button type="button" autofocus onClick={() => dialog.current?.close()}>
            Keep
          </button>
          <button type="button" class="danger" disabled={busy} onClick={remove}>
            Delete for good
          </button>
        </div>
      </dialog>
    </>
  )
}
