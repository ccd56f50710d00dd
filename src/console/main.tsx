/** Starts the web page. */
import { render } from 'preact'
import { App } from './app.tsx'
import { watchRoute } from './router.ts'
import { applyTheme } from './theme.ts'

applyTheme()
watchRoute()
render(<App />, document.body)
