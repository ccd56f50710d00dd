/** Which view is shown: the one that the address names. Links are plain anchors; those within the page change the address without loading it again. */
import { signal } from '@preact/signals'
import { routeOf, type Route } from './routes.ts'

export const route = signal<Route>({ view: 'nothing' })

export function go(path: string): void {
  history.pushState(null, '', path)
  show()
  scrollTo(0, 0)
  // Who reads by ear, or goes on with the keyboard, begins at the new view.
  document.querySelector('main')?.focus({ preventScroll: true })
}

/** To be called once. */
export function watchRoute(): void {
  show()
  addEventListener('popstate', show)
  document.addEventListener('click', event => {
    const path = pathWithin(event)
    if (path === null) return
    event.preventDefault()
    go(path)
  })
}

const show = (): void => {
  route.value = routeOf(location.pathname)
}

/** The address within the page that a plain click asks for; null for any other click. */
function pathWithin(event: MouseEvent): string | null {
  const wantsElsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (wantsElsewhere || event.defaultPrevented || link === null || link.target !== '' || link.hasAttribute('download'))
    return null
  const url = new URL(link.href, location.href)
  return url.origin === location.origin && routeOf(url.pathname).view !== 'nothing' ? url.pathname : null
}
