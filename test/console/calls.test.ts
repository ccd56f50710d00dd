import { expect, it } from 'vitest'
import { onSqlite } from '../store/databases.ts'
import { headingOf, recordCall } from '../store/played-call.ts'
import { accessFaults, inBrowser, isTooWide, keepPicture } from './browser.ts'
import { openConsole } from './rig.ts'

inBrowser('the list of calls', ({ open: openPage }) => {
  onSqlite(openStore => {
    it('has the newest on top and the earlier ones behind a button', async () => {
      const store = await openStore()
      for (let n = 1; n <= 60; n++) {
        const minute = String(n % 60).padStart(2, '0')
        await recordCall(store, headingOf(n, { startedAt: `2026-11-20T1${Math.floor(n / 60)}:${minute}:00.000Z` }))
      }
      while (store.state().waiting > 0) await new Promise(setImmediate)
      const { address } = await openConsole(store)
      const page = await openPage(`${address}/calls`, { widthPx: 390, heightPx: 700 })
      const links = page.getByRole('table').getByRole('link')
      await links.first().waitFor()
      expect(await links.count()).toBe(50)
      expect(await links.first().getAttribute('href')).toBe(`/calls/${headingOf(60).callSid}`)
      expect(await accessFaults(page)).toEqual([])
      expect(await isTooWide(page)).toBe(false)
      await keepPicture(page, 'calls-390')
      await page.getByRole('button', { name: 'Earlier ones' }).click()
      await page.getByRole('button', { name: 'Earlier ones' }).waitFor({ state: 'detached' })
      expect(await links.count()).toBe(60)
    })

    it('says so when there was none', async () => {
      const { address } = await openConsole(await openStore())
      const page = await openPage(`${address}/calls`)
      await page.getByText('There was no call yet.').waitFor()
    })
  })
})
