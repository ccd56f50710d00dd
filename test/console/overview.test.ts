import { expect, it } from 'vitest'
import { wallTime } from '../../src/clock.ts'
import { onSqlite, type TestStore } from '../store/databases.ts'
import { headingOf, recordCall } from '../store/played-call.ts'
import { accessFaults, inBrowser, isTooWide, keepPicture } from './browser.ts'
import { openConsole } from './rig.ts'

async function withCalls(store: TestStore, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await recordCall(store, headingOf(n, { startedAt: wallTime() }))
  while (store.state().waiting > 0) await new Promise(setImmediate)
}

inBrowser('the overview', ({ open: openPage }) => {
  onSqlite(openStore => {
    it('of no calls says so, and how to have one', async () => {
      const { address } = await openConsole(await openStore())
      const page = await openPage(`${address}/overview`)
      await page.getByText('No call began in that time.').waitFor()
      expect(await accessFaults(page)).toEqual([])
    })

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('shows how calls went, in %s at %i px', async (theme, widthPx) => {
      const store = await openStore()
      await withCalls(store, 3)
      const { address } = await openConsole(store)
      const page = await openPage(`${address}/overview`, { theme, widthPx, heightPx: 1400 })
      await page.getByRole('img', { name: /^Half of 6 replies came within \d+ ms/ }).waitFor()
      await page.locator('.counts').first().getByText('cut off by the caller').waitFor()
      expect(await accessFaults(page)).toEqual([])
      expect(await isTooWide(page)).toBe(false)
      await keepPicture(page, `overview-${theme}-${widthPx}`)
    })

    it('can be asked for another stretch of time, by keyboard too', async () => {
      const store = await openStore()
      await withCalls(store, 1)
      const { address } = await openConsole(store)
      const page = await openPage(`${address}/overview`)
      await page.getByText('Half of').waitFor()
      await page.getByRole('radio', { name: '30 days' }).focus()
      const [request] = await Promise.all([page.waitForRequest(/overview\?per=day$/), page.keyboard.press('ArrowRight')])
      expect((await request.response())!.status()).toBe(200)
      expect(await page.getByRole('radio', { name: 'All' }).isChecked()).toBe(true)
    })
  })
})
