/**
 * Debian's Chromium with the web page in it, for tests that look at it as a person would: by what it says and what can be
 * pressed. Whatever a test is about, it fails if the page wrote an error to its console, asked another host for anything, or
 * has a fault that axe finds. The microphone and the camera are made up by the browser.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect, onTestFinished } from 'vitest'
import { buildConsole, consoleDirOf, isConsoleBuilt } from '../../src/console-build.ts'
import { CHROMIUM, hasChromium, launchBrowser, type BrowserOptions } from '../support/chromium.ts'

const root = join(import.meta.dirname, '../..')

export type Theme = 'light' | 'dark'

export type PageOptions = {
  readonly theme?: Theme
  readonly widthPx?: number
  readonly heightPx?: number
  /** Errors in the console that belong to what is tested, such as an answer of 403. */
  readonly expectedErrors?: RegExp
}

export type TestBrowser = {
  /** Opens an address in a browser context of its own; it is closed, and judged, when the test is over. */
  readonly open: (url: string, options?: PageOptions) => Promise<Page>
}

/** The tests inside are skipped, with a word why, where there is no Chromium. */
export function inBrowser(name: string, tests: (browser: TestBrowser) => void, options: BrowserOptions = {}): void {
  const isThere = hasChromium()
  describe.skipIf(!isThere)(isThere ? name : `${name} (skipped: there is no ${CHROMIUM}; set CHROMIUM)`, () => {
    let launched: Promise<Browser> | null = null
    afterAll(async () => (await launched)?.close())
    tests({
      open: async (url, pageOptions) => {
        launched ??= launchBrowser(options)
        return openPage(await launched, url, pageOptions)
      },
    })
  })
}

async function openPage(browser: Browser, url: string, options: PageOptions = {}): Promise<Page> {
  const { theme = 'light', widthPx = 1280, heightPx = 900, expectedErrors } = options
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width: widthPx, height: heightPx },
    permissions: ['microphone', 'camera'],
    reducedMotion: 'reduce',
  })
  const faults: string[] = []
  const page = await context.newPage()
  page.on('console', message => {
    if (message.type() === 'error') faults.push(`the console: ${message.text()}`)
  })
  page.on('pageerror', error => faults.push(`thrown: ${error.message}`))
  page.on('request', request => {
    const isOwn = new URL(request.url()).host === new URL(url).host || /^(data|blob):/.test(request.url())
    if (!isOwn) faults.push(`asked another host: ${request.url()}`)
  })
  onTestFinished(async () => {
    await context.close()
    expect(faults.filter(fault => !expectedErrors?.test(fault))).toEqual([])
  })
  await page.goto(url)
  return page
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type AxeResult = {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** What axe-core finds wrong with the page as it is now, a line each; none is right. */
export async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })')
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Whether something hangs out at the right, so that a small screen has to be pushed about. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')

/** Keeps a picture to look at, under dist/pictures; nothing is compared with it. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = join(root, 'dist/pictures')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** The folder with the page as its sources are now. */
export async function builtConsole(): Promise<string> {
  if (!isConsoleBuilt(root)) await buildConsole(root, `test-${process.pid}`)
  return consoleDirOf(root)
}
