/** What calls leave behind: many calls one after another in this process, in virtual time, and the heap between them. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { callerScript, Phone, wordsOf } from '../../test/support/phone.ts'

export type MemoryFigures = {
  readonly calls: number
  /** Heap in use, collected, after so many calls: the first is after warming up. */
  readonly samples: readonly { readonly afterCalls: number; readonly heapBytes: number }[]
  /** By the least squares. */
  readonly bytesPerCall: number
}

const WARM_UP_CALLS = 50
const CALLS_PER_SAMPLE = 50
const CALL_MS = 12_000

export async function measureMemory(calls: number, progress: (text: string) => void): Promise<MemoryFigures> {
  const collect = collector()
  const script = callerScript('pub-call-1-loan.wav')
  const words = wordsOf(script, 150)
  const audio = script.audio.subarray(0, CALL_MS * 8)
  const samples: { afterCalls: number; heapBytes: number }[] = []
  for (let n = 1; n <= WARM_UP_CALLS + calls; n++) {
    await simulate(new Phone({ words }), audio)
    if (n < WARM_UP_CALLS || (n - WARM_UP_CALLS) % CALLS_PER_SAMPLE !== 0) continue
    await new Promise(setImmediate)
    collect()
    samples.push({ afterCalls: n - WARM_UP_CALLS, heapBytes: process.memoryUsage().heapUsed })
    progress(`${n - WARM_UP_CALLS} calls, ${Math.round(samples.at(-1)!.heapBytes / 1024)} KB`)
  }
  return { calls, samples, bytesPerCall: slopeOf(samples.map(({ afterCalls, heapBytes }) => [afterCalls, heapBytes])) }
}

async function simulate(phone: Phone, audio: Uint8Array): Promise<void> {
  await phone.speak(audio)
  if (phone.turns().length < 2) throw new Error('the simulated call had no reply')
  phone.call.end('caller-hung-up')
  await phone.call.ended
}

/** The garbage collector, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

/** The rise of the line that fits best. Pure. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)]
  const shared = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return shared / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}
