/**
 * `npm run pictures`: photographs the web page for the README, in light and dark, while a recorded caller talks to the local
 * engines, and writes docs/*.png. Needs Debian's Chromium, and about a minute: the call takes place in real time.
 */
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { z } from 'zod'
import { conversationPage } from '../src/api/shapes.ts'
import { hasChromium, launchBrowser } from '../test/support/chromium.ts'
import { callerScript } from '../test/support/phone.ts'
import { startServerProcess } from '../test/support/server-process.ts'
import { at } from '../test/vendors/twilio/caller.ts'
import { Fault, run } from './lib/fault.ts'
import { playCall } from './lib/played-call.ts'

const docs = join(import.meta.dirname, '../docs')
const THEMES = ['light', 'dark'] as const
const VIEWPORT = { width: 1180, height: 760 }
/** The caller of the recording has been cut in on by then, and is answered. */
const WORTH_SEEING_MS = 29_000

await run(async () => {
  if (!hasChromium()) throw new Fault(1, 'There is no Chromium: apt-get install chromium, or set CHROMIUM to where it is.')
  const server = await startServerProcess()
  const browser = await launchBrowser()
  try {
    const pages = await Promise.all(THEMES.map(theme => openPage(browser, server.url, theme)))
    const line = { name: 'recorded caller', audio: callerScript('pub-call-1-loan.wav').audio, when: at(0) }
    const call = playCall({ url: server.url, publicUrl: server.url, authToken: undefined }, [line], null)
    console.log('a recorded caller is on the line ...')
    await Promise.all(pages.map(page => page.getByRole('log', { name: 'Transcript' }).waitFor()))
    await pages[0]!.waitForTimeout(WORTH_SEEING_MS)
    await photograph(pages, 'live')
    await call
    await Promise.all(pages.map(page => page.goto(`${server.url}/overview`)))
    await Promise.all(pages.map(page => page.getByRole('img', { name: /^Half of/ }).waitFor()))
    await photograph(pages, 'overview')
    const { id } = (await listed(server.url)).conversations[0]!
    await Promise.all(pages.map(page => page.goto(`${server.url}/calls/${id}`)))
    await Promise.all(pages.map(page => page.locator('button.word').first().waitFor()))
    await Promise.all(pages.map(page => page.getByRole('slider').waitFor()))
    await photograph(pages, 'call')
    await photographTurn(pages[0]!)
  } finally {
    await browser.close()
    await server.stop()
    server.clean()
  }
})

async function openPage(browser: Browser, url: string, colorScheme: (typeof THEMES)[number]): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport: VIEWPORT, deviceScaleFactor: 1.5 })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

async function listed(url: string): Promise<z.output<typeof conversationPage>> {
  return conversationPage.parse(await (await fetch(`${url}/api/conversations`)).json())
}

/** The first answer of the call: the end of what the caller said, the half second, the reply. */
async function photographTurn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Next turn' }).click()
  await page.getByText('500 ms', { exact: true }).waitFor()
  await page.locator('.wave').screenshot({ path: join(docs, 'waveform.png') })
  console.log('docs/waveform.png')
}

async function photograph(pages: readonly Page[], name: string): Promise<void> {
  for (const [index, page] of pages.entries()) {
    const path = join(docs, `${name}-${THEMES[index]}.png`)
    await page.screenshot({ path })
    console.log(`docs/${name}-${THEMES[index]}.png`)
  }
}
