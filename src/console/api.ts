/**
 * Asks the server, and says what is wrong when it does not answer as hoped. Two troubles concern the whole page and are signals
 * here: nobody is signed in, and the server is gone. Once either is over, `epoch` counts up and every view asks again.
 */
import { effect, signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'

export type Access = 'fine' | 'not-signed-in' | 'server-gone'

export const access = signal<Access>('fine')
/** How often everything had to be asked anew. */
export const epoch = signal(0)

/** The server said no. `message` is a sentence for people. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault'
  /** Null if there was no answer at all. */
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.status = status
  }
}

export type AskOptions = {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: object
  readonly signal?: AbortSignal
}

const GONE_RETRY_MS = 2_000

/** The answer's body. `T` is what the API's description promises for this path. Rejects with an ApiFault. */
export async function ask<T>(path: string, { method = 'GET', body, signal }: AskOptions = {}): Promise<T> {
  const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await reach(path, { method, ...sent, ...(signal && { signal }) })
  if (response.status === 403) access.value = 'not-signed-in'
  if (!response.ok) throw await faultOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    access.value = 'server-gone'
    throw new ApiFault('The server does not answer.', null)
  }
}

async function faultOf(response: Response): Promise<ApiFault> {
  if (response.status === 429) return new ApiFault('Too many requests: wait a moment.', 429)
  const told = (await response.json().catch(() => ({}))) as { readonly error?: unknown }
  const text = typeof told.error === 'string' ? told.error : `the server answered with status ${response.status}`
  return new ApiFault(`${text[0]!.toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, '.'), response.status)
}

/** Exchanges the API token for a cookie. Null if that went well, else why not. */
export async function signIn(token: string): Promise<string | null> {
  const body = JSON.stringify({ token })
  const response = await reach('/api/session', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  if (response.status === 429) return 'Too many tries: wait a minute.'
  if (!response.ok) return 'That is not the token, or this server has none (API_TOKEN).'
  askAnew()
  return null
}

function askAnew(): void {
  access.value = 'fine'
  epoch.value++
}

/** Looks for a server that is gone until it is back. To be called once. */
export function watchServer(): () => void {
  return effect(() => {
    if (access.value !== 'server-gone') return
    const timer = setInterval(() => void fetch('/health').then(askAnew, () => undefined), GONE_RETRY_MS)
    return () => clearInterval(timer)
  })
}

export type Asked<T> =
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly value: T; readonly again: () => void }
  | { readonly state: 'failed'; readonly fault: ApiFault; readonly again: () => void }

/** For a view: the answer at this path, asked anew when the path changes or the server comes back. Null asks nothing. */
export function useAsked<T>(path: string | null): Asked<T> {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'asking' })
  const [times, setTimes] = useState(0)
  const count = epoch.value
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    const again = (): void => setTimes(before => before + 1)
    ask<T>(path, { signal: abort.signal }).then(
      value => setAsked({ state: 'answered', value, again }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        const fault = error instanceof ApiFault ? error : new ApiFault(String(error), null)
        setAsked({ state: 'failed', fault, again })
      },
    )
    return () => abort.abort()
  }, [path, times, count])
  return asked
}
