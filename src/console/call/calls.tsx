/** The conversations there were, the newest first, page by page. */
import { useEffect, useState } from 'preact/hooks'
import { ask, useAsked } from '../api.ts'
import type { ConversationPage, ConversationSummary } from '../api-types.ts'
import { dayOf, dollars, lengthOf, shortSid, timeOf } from '../format.ts'
import { callPath } from '../routes.ts'

const PAGE = 50

export function Calls() {
  const asked = useAsked<ConversationPage>(`/api/conversations?limit=${PAGE}`)
  return (
    <>
      <h1>Calls</h1>
      {asked.state === 'asking' && <p class="quiet">Asking the server …</p>}
      {asked.state === 'failed' && (
        <p class="fault" role="alert">
          {asked.fault.message} <button onClick={asked.again}>Ask again</button>
        </p>
      )}
      {asked.state === 'answered' && <Pages first={asked.value} />}
    </>
  )
}

function Pages({ first }: { readonly first: ConversationPage }) {
  const [pages, setPages] = useState([first])
  const [fault, setFault] = useState<string | null>(null)
  useEffect(() => setPages([first]), [first])
  const next = pages.at(-1)!.next
  const more = (): void => {
    ask<ConversationPage>(`/api/conversations?limit=${PAGE}&after=${encodeURIComponent(next ?? '')}`).then(
      page => setPages([...pages, page]),
      (error: Error) => setFault(error.message),
    )
  }
  const conversations = pages.flatMap(page => page.conversations)
  if (conversations.length === 0) {
    return (
      <p class="quiet">
        There was no call yet. <a href="/talk">Talk to the assistant</a>, or play a recorded caller to it:{' '}
        <code>npm run call</code>
      </p>
    )
  }
  return (
    <>
      <div class="scroll-x">
        <table>
          <thead>
            <tr>
              <th scope="col">Began</th>
              <th scope="col">Call</th>
              <th scope="col" class="number">
                Length
              </th>
              <th scope="col" class="number">
                Replies
              </th>
              <th scope="col" class="number">
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {conversations.map(conversation => (
              <Row key={conversation.id} conversation={conversation} />
            ))}
          </tbody>
        </table>
      </div>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {next !== null && (
        <p>
          <button onClick={more}>Earlier ones</button>
        </p>
      )}
    </>
  )
}

function Row({
  conversation: { id, createdAt, lastCallAt, calls, lengthMs, replies, early, cost },
}: {
  readonly conversation: ConversationSummary
}) {
  const began = lastCallAt ?? createdAt
  return (
    <tr>
      <td>
        <time dateTime={began}>
          {dayOf(began, new Date())} {timeOf(began)}
        </time>
      </td>
      <td>
        <a class="mono" href={callPath(id)}>
          {shortSid(id)}
        </a>
        {calls > 1 && <span class="quiet"> {calls} calls</span>}
      </td>
      <td class="number">{lengthOf(lengthMs)}</td>
      <td class="number">
        {replies}
        {early > 0 && <span class="fault"> {early} early</span>}
      </td>
      <td class="number">
        {dollars(cost.usd)}
        {cost.unknown && cost.usd !== null && <span class="quiet"> + unknown</span>}
      </td>
    </tr>
  )
}
