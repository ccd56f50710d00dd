import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { onSqlite, type TestStore } from '../store/databases.ts'
import { headingOf } from '../store/played-call.ts'
import { accessFaults, inBrowser, isTooWide, keepPicture, type PageOptions, type TestBrowser } from './browser.ts'
import { openConsole } from './rig.ts'
import { storeCall, storedHeading } from './stored-call.ts'

const { callSid } = storedHeading

const position = (page: Page) => page.getByRole('slider', { name: 'Position in the call' })
const secondsIn = async (page: Page): Promise<number> => Number(await position(page).getAttribute('aria-valuenow'))

inBrowser('the page of a call', ({ open }: TestBrowser) => {
  onSqlite(openStore => {
    async function openCall(options: PageOptions = {}, spoil: (folder: string, store: TestStore) => void = () => undefined) {
      const store = await openStore()
      await storeCall(store)
      spoil(join(store.callsDir, callSid), store)
      const { address } = await openConsole(store)
      return { store, address, page: await open(`${address}/calls/${callSid}`, options) }
    }

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 360],
    ] as const)('shows both legs, the silences, the words and the certificates, in %s at %i px', async (theme, widthPx) => {
      const { page } = await openCall({ theme, widthPx, heightPx: 1500 })
      await position(page).waitFor()
      await page.getByRole('button', { name: 'Dave.' }).waitFor()
      expect(await page.locator('.mark.band').count()).toBeGreaterThan(3)
      expect(await page.locator('.leg.caller').getAttribute('d')).toMatch(/^M0 [\d.]+L/)
      expect(await page.getByRole('row').count()).toBeGreaterThan(6)
      expect(await accessFaults(page)).toEqual([])
      expect(await isTooWide(page)).toBe(false)
      await keepPicture(page, `call-${theme}-${widthPx}`)
      await page
        .getByRole('button', { name: /show in the recording/ })
        .nth(2)
        .click()
      await page.getByText('500 ms', { exact: true }).waitFor()
      await keepPicture(page, `call-turn-${theme}-${widthPx}`)
    })

    it('plays from where one clicks, word or waveform, and stops with the space bar', async () => {
      const { page } = await openCall()
      const box = (await position(page).boundingBox())!
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
      await expect.poll(() => secondsIn(page)).toBe(23)
      await page.getByRole('button', { name: 'Dave.' }).click()
      await page.getByRole('button', { name: 'Pause' }).waitFor()
      await expect.poll(() => secondsIn(page)).toBeGreaterThan(10)
      await page.locator('.word[aria-current]').first().waitFor()
      await position(page).focus()
      await page.keyboard.press('Space')
      await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
    })

    it('goes through the call by keyboard: by seconds, by turns, closer and back', async () => {
      const { page } = await openCall()
      await position(page).focus()
      for (const key of ['ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key)
      expect(await secondsIn(page)).toBe(6)
      await page.keyboard.press('PageDown')
      await expect.poll(() => page.getByText('500 ms', { exact: true }).count()).toBe(1)
      expect(await secondsIn(page)).toBe(16)
      await page.keyboard.press('0')
      await expect.poll(() => page.getByText('500 ms', { exact: true }).count()).toBe(0)
      for (let n = 0; n < 4; n++) await page.keyboard.press('+')
      await expect.poll(() => page.getByText('500 ms', { exact: true }).count()).toBe(1)
      await page.keyboard.press('End')
      expect(await secondsIn(page)).toBe(47)
    })

    it('takes feedback on a turn', async () => {
      const { page } = await openCall()
      await page.getByRole('button', { name: 'Give feedback' }).click()
      await page.getByText('Choose a number or write something.').waitFor()
      await page.getByRole('radio', { name: '4' }).check({ force: true })
      await page.getByLabel('About').selectOption('turn 3')
      await page.getByLabel('In words').fill('misheard the name')
      await page.getByRole('button', { name: 'Give feedback' }).click()
      await page.getByText('4 of 5').waitFor()
      await page.getByRole('listitem').filter({ hasText: 'misheard the name' }).getByText('turn 3').waitFor()
    })

    it('is deleted only by who says so twice', async () => {
      const { page, address } = await openCall({ expectedErrors: /404/ })
      await page.getByRole('button', { name: 'Delete …' }).click()
      await page.getByRole('heading', { name: 'Delete this call?' }).waitFor()
      expect(await accessFaults(page)).toEqual([])
      await page.getByRole('button', { name: 'Keep' }).click()
      await page.getByRole('button', { name: 'Delete …' }).click()
      await page.getByRole('button', { name: 'Delete for good' }).click()
      await page.getByRole('heading', { name: 'Calls', level: 1 }).waitFor()
      await page.goto(`${address}/calls/${callSid}`)
      await page.getByRole('heading', { name: 'No such call' }).waitFor()
    })

    it('says that there is no such call', async () => {
      const { address } = await openConsole(await openStore())
      const page = await open(`${address}/calls/${headingOf(9).callSid}`, { expectedErrors: /404/ })
      await page.getByText('There is no call of this name, or it has been deleted.').waitFor()
      expect(await accessFaults(page)).toEqual([])
    })

    it('is to be read also where the recording and the journal are gone', async () => {
      const { page } = await openCall({ expectedErrors: /404/ }, folder => rmSync(folder, { recursive: true }))
      await page.getByText('There is no recording on the server’s machine').waitFor()
      await page.getByText('The call’s journal is not on the server’s machine').waitFor()
      await page.locator('.word', { hasText: 'Dave.' }).waitFor()
      expect(await accessFaults(page)).toEqual([])
    })

    it('says that the journal is damaged, and how much', async () => {
      const { page } = await openCall({}, folder => appendFileSync(join(folder, 'journal.ndjson'), 'nonsense\n'))
      await page.getByText('One line of the call’s journal cannot be read').waitFor()
      await page.getByRole('button', { name: 'Dave.' }).waitFor()
      const spoilt = await openCall({ expectedErrors: /422/ }, folder =>
        writeFileSync(join(folder, 'journal.ndjson'), '{"a":1}\n'),
      )
      await spoilt.page.getByText('The journal of this call is damaged and cannot be read.').waitFor()
      await position(spoilt.page).waitFor()
    })

    it('says where nothing was recorded for want of consent', async () => {
      const kept = { at: 0, ms: 0, type: 'recording', consent: 'refused' }
      const { page } = await openCall({}, folder => appendFileSync(join(folder, 'journal.ndjson'), `${JSON.stringify(kept)}\n`))
      await page.getByText('not recorded: no consent').waitFor()
      await page.locator('.mark.unrecorded', { hasText: 'not recorded' }).waitFor()
    })
  })
})
