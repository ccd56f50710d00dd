/** The frame of the page: its head, the view that the address names, and what concerns all views. */
import { useEffect } from 'preact/hooks'
import { lazy, Suspense } from 'preact/compat'
import { access, useAsked, watchServer } from './api.ts'
import type { Stages } from './api-types.ts'
import { Live } from './live/live.tsx'
import { route } from './router.ts'
import type { Route } from './routes.ts'
import { SignIn } from './sign-in.tsx'
import { theme, turnTheme } from './theme.ts'

const Calls = lazy(async () => ({ default: (await import('./call/calls.tsx')).Calls }))
const Call = lazy(async () => ({ default: (await import('./call/call.tsx')).Call }))
const Overview = lazy(async () => ({ default: (await import('./overview/overview.tsx')).Overview }))
const Talk = lazy(async () => ({ default: (await import('./talk/talk.tsx')).Talk }))

const TITLES: Readonly<Record<Route['view'], string>> = {
  live: 'Live',
  calls: 'Calls',
  call: 'Call',
  overview: 'Overview',
  talk: 'Talk',
  nothing: 'Nothing here',
}

const NAVIGATION = [
  { href: '/', view: 'live' },
  { href: '/calls', view: 'calls' },
  { href: '/overview', view: 'overview' },
  { href: '/talk', view: 'talk' },
] as const

export function App() {
  useEffect(() => watchServer(), [])
  const { view } = route.value
  useEffect(() => {
    document.title = `${TITLES[view]} · Halfsecond`
  }, [view])
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Head view={view} />
      {access.value === 'server-gone' && (
        <p class="banner" role="alert">
          The server does not answer. This page tries again every two seconds.
        </p>
      )}
      <main id="main" tabIndex={-1}>
        {access.value === 'not-signed-in' ? <SignIn /> : <View route={route.value} />}
      </main>
      <Foot />
    </>
  )
}

/** Who hears, answers and speaks: without keys these are local engines, and a listener should know. */
function Foot() {
  const asked = useAsked<Stages>('/api/status/streaming')
  if (asked.state !== 'answered') return <footer class="foot" />
  return (
    <footer class="foot">
      <dl>
        {asked.value.stages.map(({ stage, provider, how }) => (
          <div key={stage} title={how}>
            <dt>{stage}</dt>
            <dd>{provider}</dd>
          </div>
        ))}
      </dl>
      <a href="/docs">API</a>
    </footer>
  )
}

function Head({ view }: { readonly view: Route['view'] }) {
  const isHere = (each: Route['view']): boolean => each === view || (each === 'calls' && view === 'call')
  return (
    <header class="head">
      <a class="wordmark" href="/">
        <svg viewBox="0 0 26 16" width="26" height="16" aria-hidden="true">
          <rect class="fill-caller" x="0" y="1" width="3.5" height="14" rx="1.75" />
          <rect class="fill-quiet" x="7" y="7.25" width="12" height="1.5" rx="0.75" />
          <rect class="fill-bot" x="22.5" y="1" width="3.5" height="14" rx="1.75" />
        </svg>
        Halfsecond
      </a>
      <nav aria-label="Views">
        {NAVIGATION.map(({ href, view: each }) => (
          <a key={href} href={href} aria-current={isHere(each) ? 'page' : undefined}>
            {TITLES[each]}
          </a>
        ))}
      </nav>
      <button type="button" class="plain theme" onClick={turnTheme} title="Change the colours">
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5" />
          <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />
        </svg>
        <span class="visually-hidden">Colours: </span>
        <span class="theme-name">{theme.value === 'system' ? 'auto' : theme.value}</span>
      </button>
    </header>
  )
}

function View({ route }: { readonly route: Route }) {
  return <Suspense fallback={<p class="quiet">One moment …</p>}>{viewOf(route)}</Suspense>
}

function viewOf(route: Route) {
  switch (route.view) {
    case 'live':
      return <Live />
    case 'calls':
      return <Calls />
    case 'call':
      return <Call key={route.id} id={route.id} />
    case 'overview':
      return <Overview />
    case 'talk':
      return <Talk />
    case 'nothing':
      return (
        <section class="empty">
          <h1>Nothing here</h1>
          <p>
            This address names no view. <a href="/">Back to the calls in progress</a>
          </p>
        </section>
      )
    default:
      return route satisfies never
  }
}
