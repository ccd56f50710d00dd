import { afterEach, describe, expect, test } from 'vitest'
import { openWorkerLink, type WorkerLink } from '../../../src/providers/local/worker-link.ts'

const fickle = new URL('./fickle-worker.ts', import.meta.url)
const unable = new URL('./unable-worker.ts', import.meta.url)

const open: WorkerLink<number, number>[] = []
async function link(): Promise<WorkerLink<number, number>> {
  const opened = await openWorkerLink<number, number>(fickle)
  open.push(opened)
  return opened
}
afterEach(() => Promise.all(open.splice(0).map(one => one.close())))

describe('A worker thread', () => {
  test('answers each question with its own answer', async () => {
    const worker = await link()
    expect(await Promise.all([1, 2, 3].map(number => worker.ask(number)))).toEqual([2, 4, 6])
  })

  test('passes on its failure, and goes on', async () => {
    const worker = await link()
    await expect(worker.ask(-5)).rejects.toThrow('-5 is negative')
    expect(await worker.ask(5)).toBe(10)
  })

  test('that dies fails the questions it had, and the next question starts another', async () => {
    const worker = await link()
    const deadly = worker.ask(0)
    await expect(deadly).rejects.toThrow('the worker thread has ended')
    expect(await worker.ask(21)).toBe(42)
  })

  test('that cannot get ready says why', async () => {
    await expect(openWorkerLink(unable)).rejects.toThrow('the weights are missing')
  })

  test('that has been closed answers nothing more', async () => {
    const worker = await link()
    const asked = worker.ask(0)
    const failed = expect(asked).rejects.toThrow()
    await worker.close()
    await failed
    await expect(worker.ask(1)).rejects.toThrow('the engine has been closed')
  })
})
