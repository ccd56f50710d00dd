import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { routeOf } from '../../src/console/routes.ts'
import { openTelephone } from '../twilio/telephone.ts'
import { accessFaults, builtConsole, inBrowser, isTooWide, keepPicture } from './browser.ts'

const openServer = async () => openTelephone({ pagesDir: await builtConsole() })

describe('an address of the page', () => {
  it.each([
    ['/', { view: 'live' }],
    ['/calls', { view: 'calls' }],
    ['/calls/CA1', { view: 'call', id: 'CA1' }],
    ['/overview', { view: 'overview' }],
    ['/talk/', { view: 'talk' }],
    ['/nowhere', { view: 'nothing' }],
    ['/overview/more', { view: 'nothing' }],
    ['/calls/CA1/more', { view: 'nothing' }],
  ])('%s names its view', (path, route) => {
    expect(routeOf(path)).toEqual(route)
  })
})

describe('the built page', () => {
  it('is served at its addresses, and may load nothing from elsewhere', async () => {
    const { address } = await openServer()
    for (const path of ['/', '/calls', '/calls/CA1', '/overview', '/talk']) {
      const answer = await fetch(`${address}${path}`)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('<title>Halfsecond</title>')
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self'; connect-src 'self' ws:\/\/127\.0\.0\.1/)
      expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
      expect(answer.headers.get('permissions-policy')).toBe('camera=(self), geolocation=(), microphone=(self)')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
    }
  })

  it('has files that may be kept for long, since their names change with them', async () => {
    const { address } = await openServer()
    const [script] = /\/assets\/[\w.-]+\.js/.exec(await (await fetch(address)).text())!
    const answer = await fetch(`${address}${script}`)
    expect(answer.headers.get('content-type')).toMatch(/javascript; charset=utf-8$/)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await fetch(`${address}/assets/nothing.js`)).status).toBe(404)
    expect((await fetch(`${address}/assets/..%2Findex.html`)).status).toBe(404)
  })

  it('is missed with a word what to do', async () => {
    const { address } = await openTelephone()
    const answer = await fetch(address)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toEqual({ error: 'the page is not built: `npm run build` says why' })
  })
})

describe('the page as it is loaded', () => {
  it('has scripts of less than 150 KB in all, packed', async () => {
    const assets = join(await builtConsole(), 'assets')
    const scripts = readdirSync(assets).filter(name => name.endsWith('.js'))
    const packed = scripts.map(name => gzipSync(readFileSync(join(assets, name))).length)
    expect(packed.reduce((sum, bytes) => sum + bytes)).toBeLessThan(150_000)
  })
})

inBrowser('the frame of the page', ({ open }) => {
  it('goes from view to view without loading again, also backwards and by keyboard', async () => {
    const { address } = await openServer()
    const page = await open(address, { expectedErrors: /404/ })
    await page.evaluate('window.loadedOnce = true')
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/overview')
    expect(await page.title()).toBe('Overview · Halfsecond')
    await page.goBack()
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor({ state: 'attached' })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate('window.loadedOnce')).toBe(true)
  })

  it('keeps the colours that somebody chose', async () => {
    const { address } = await openServer()
    const page = await open(address, { theme: 'light', expectedErrors: /404/ })
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    const button = page.getByRole('button', { name: /Colours/ })
    await button.click()
    await button.click()
    expect(await paper()).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor()
    expect(await paper()).not.toBe(light)
  })

  it('asks whoever is not let in for the token', async () => {
    const { address } = await openTelephone({
      pagesDir: await builtConsole(),
      apiToken: 'a-token-of-twenty-characters',
      addOwnRoutes: async (server, preHandler) => {
        server.get('/api/status/streaming', { preHandler }, async () => ({ stages: [] }))
      },
    })
    const page = await open(address, { expectedErrors: /40[34]/ })
    await page.setExtraHTTPHeaders({ 'x-forwarded-for': '198.51.100.7' })
    await page.goto(`${address}/overview`)
    await page.getByRole('heading', { name: 'Whose phone is this?' }).waitFor()
    await page.getByLabel('API token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('That is not the token').waitFor()
    expect(await accessFaults(page)).toEqual([])
    await keepPicture(page, 'sign-in')
  })

  it.each(['light', 'dark'] as const)('is easy to use and fits a telephone, in %s', async theme => {
    const { address } = await openServer()
    const page = await open(address, { theme, widthPx: 360, heightPx: 700, expectedErrors: /404/ })
    await page.getByRole('link', { name: 'Halfsecond' }).waitFor()
    expect(await isTooWide(page)).toBe(false)
    expect(await accessFaults(page)).toEqual([])
    await keepPicture(page, `frame-360-${theme}`)
  })
})
