import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/call/journal.ts'
import { followFloor, holderOf, newFloor } from '../../src/console/live/floor.ts'
import { onSqlite } from '../store/databases.ts'
import { entriesOf, headingOf } from '../store/played-call.ts'
import { accessFaults, inBrowser, isTooWide, keepPicture } from './browser.ts'
import { openConsole } from './rig.ts'

const sid = headingOf(1).callSid
const entries = entriesOf(headingOf(1))

describe('who holds the floor', () => {
  const told = (until: number) => entries.filter(({ at }) => at <= until).reduce(followFloor, newFloor)
  const firstAt = (is: (entry: Entry) => boolean): number => entries.find(is)!.at

  it('is nobody before anything was said, and nobody again when the call is over', () => {
    expect(holderOf(newFloor)).toBe('nobody')
    expect(holderOf(told(Infinity))).toBe('over')
  })

  it('is the bot while it is heard', () => {
    expect(holderOf(told(firstAt(({ type }) => type === 'first-frame')))).toBe('bot')
  })

  it('is the caller from the first sound on, and a pause follows it', () => {
    const isEvent = (type: string) => (entry: Entry) => entry.type === 'event' && entry.event.type === type
    expect(['caller', 'both']).toContain(holderOf(told(firstAt(isEvent('caller-spoke')))))
    expect(['pause', 'bot']).toContain(holderOf(told(firstAt(isEvent('caller-paused')))))
  })

  it('was never held longer than the call lasted, nor by one side twice at once', () => {
    const { caller, bot, nowMs } = told(Infinity)
    for (const stretches of [caller, bot]) {
      expect(stretches.length).toBeGreaterThan(0)
      let before = 0
      for (const { fromMs, toMs } of stretches) {
        expect(fromMs).toBeGreaterThanOrEqual(before)
        expect(toMs).toBeGreaterThanOrEqual(fromMs)
        before = toMs!
      }
      expect(before).toBeLessThanOrEqual(nowMs)
    }
  })
})

inBrowser('the live view', ({ open: openPage }) => {
  onSqlite(openStore => {
    it('says that nobody is on the line, until somebody is', async () => {
      const { address, beginCall } = await openConsole(await openStore())
      const page = await openPage(address)
      await page.getByText('Nobody is on the line.').waitFor()
      expect(await accessFaults(page)).toEqual([])
      await keepPicture(page, 'live-nobody')
      const call = beginCall(headingOf(1))
      for (const entry of entries.slice(0, 5)) call.write(entry)
      await page.getByRole('region', { name: `Call ${sid}` }).waitFor()
    })

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
      ['dark', 390],
    ] as const)('shows a call as it happens, in %s at %i px', async (theme, widthPx) => {
      const { address, beginCall } = await openConsole(await openStore())
      const page = await openPage(address, { theme, widthPx })
      const call = beginCall(headingOf(1))
      const log = page.getByRole('log', { name: 'Transcript' })
      const writeUntil = cursorOver(entries, entry => call.write(entry))

      writeUntil(entry => entry.type === 'event' && entry.event.type === 'words' && entry.event.said !== '')
      await log.getByText('hearing …').waitFor()
      writeUntil(
        entry =>
          entry.type === 'input' && entry.input.type === 'reply' && entry.input.news.type === 'speech' && entry.input.id > 1,
      )
      await log.getByText('draft, not audible yet').waitFor()
      await keepPicture(page, `live-draft-${theme}-${widthPx}`)
      writeUntil(entry => entry.type === 'first-frame' && entry.id > 1)
      await page.getByText('The bot has the floor').waitFor()
      writeUntil(entry => entry.type === 'command' && entry.command.type === 'drop' && entry.command.why === 'interrupted')
      await log.getByText('cut off').waitFor()
      expect(await log.locator('s').count()).toBe(1)
      await page.getByRole('table', { name: /Stages of the last turn/ }).waitFor()

      expect(await accessFaults(page)).toEqual([])
      expect(await isTooWide(page)).toBe(false)
      await keepPicture(page, `live-${theme}-${widthPx}`)

      writeUntil(() => false)
      await call.close()
      await page.getByText('The call is over').first().waitFor()
      await page.getByText('No call at the moment').waitFor()
      expect(await page.getByRole('link', { name: 'Look at it as a whole' }).getAttribute('href')).toBe(`/calls/${sid}`)
    })

    it('shows what is written to the journal within a moment', async ({ annotate }) => {
      const { address, beginCall } = await openConsole(await openStore())
      const page = await openPage(address)
      const call = beginCall(headingOf(1))
      for (const entry of entries.slice(0, 5)) call.write(entry)
      const log = page.getByRole('log', { name: 'Transcript' })
      await log.waitFor()
      await page.evaluate(`
        window.seen = {}
        new MutationObserver(() => {
          const words = document.querySelector('.said.caller .words')?.textContent
          if (words) window.seen[words] ??= performance.timeOrigin + performance.now()
        }).observe(document.body, { childList: true, characterData: true, subtree: true })
      `)
      const tookMs: number[] = []
      for (let n = 0; n < 40; n++) {
        const said = `word ${n}`
        const writtenMs = performance.timeOrigin + performance.now()
        call.write({
          at: 6000 + n * 20,
          ms: 6000 + n * 20,
          type: 'event',
          event: { type: 'words', at: 6000 + n * 20, said, settled: null },
        })
        await log.getByText(said, { exact: true }).waitFor()
        tookMs.push((await page.evaluate<number>(`window.seen['${said}']`)) - writtenMs)
      }
      const sorted = tookMs.toSorted((a, b) => a - b)
      const [median, worst] = [sorted[20]!, sorted.at(-1)!]
      await annotate(`from the journal to the page: median ${median.toFixed(1)} ms, worst of 40 ${worst.toFixed(1)} ms`)
      expect(median).toBeLessThan(1000)
    })

    it('tells what the server says to a button that it does not know', async () => {
      const { address, beginCall } = await openConsole(await openStore())
      const page = await openPage(address, { expectedErrors: /404/ })
      const call = beginCall(headingOf(1))
      for (const entry of entries.slice(0, 5)) call.write(entry)
      await page.getByLabel('Have the bot say').fill('Hold on, please.')
      const [request] = await Promise.all([
        page.waitForRequest(`**/api/calls/${sid}/say`),
        page.getByRole('button', { name: 'Say' }).click(),
      ])
      expect(request.postDataJSON()).toEqual({ text: 'Hold on, please.' })
    })
  })
})

/** Tells the entries in their order, each time up to and with the next for which `isLast` holds. */
function cursorOver(all: readonly Entry[], tell: (entry: Entry) => void) {
  let next = 0
  return (isLast: (entry: Entry) => boolean): void => {
    while (next < all.length) {
      const entry = all[next++]!
      tell(entry)
      if (isLast(entry)) return
    }
  }
}
