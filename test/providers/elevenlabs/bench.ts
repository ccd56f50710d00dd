/** The real adapter on real sockets against the emulated service, both on one virtual clock. */
import { elevenLabs } from '../../../src/providers/elevenlabs/elevenlabs.ts'
import type { ElevenLabsOptions } from '../../../src/providers/elevenlabs/elevenlabs.ts'
import type { Clock, OpenVoice } from '../../../src/ports.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { startElevenLabs } from '../../vendors/elevenlabs/elevenlabs.ts'
import type { ElevenLabsEmulator, ElevenLabsOptions as EmulatorOptions } from '../../vendors/elevenlabs/elevenlabs.ts'

export type Bench = {
  readonly clock: VirtualClock
  readonly service: ElevenLabsEmulator
  readonly openVoice: OpenVoice
  readonly check: ReturnType<typeof elevenLabs>['check']
  readonly notes: readonly string[]
  /** Timers that the adapter has set and that are still to fire. */
  readonly timers: () => number
  /** Lets virtual time go by, and gives the network its real milliseconds on the way. */
  readonly pass: (ms: number, stepMs?: number) => Promise<void>
  /** Lets time go by until this holds; fails after `limitMs`. */
  readonly until: (holds: () => boolean, limitMs?: number) => Promise<void>
  /** Lets time go by until the promise settles. */
  readonly settled: <T>(promise: Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export async function startBench(
  emulator: Omit<EmulatorOptions, 'clock'> = {},
  choice: Partial<ElevenLabsOptions> = {},
): Promise<Bench> {
  const clock = new VirtualClock()
  const service = await startElevenLabs({ strict: true, ...emulator, clock })
  const notes: string[] = []
  const counted = countTimers(clock)
  const adapter = elevenLabs({
    apiKey: service.account.apiKey,
    url: service.url,
    voiceId: 'test-voice',
    model: 'eleven_flash_v2_5',
    voiceSettings: { stability: 0.5, similarityBoost: 0.8 },
    clock: counted,
    note: (text, facts) => void (notes.push(text), facts['reason'] && notes.push(String(facts['reason']))),
    ...choice,
  })

  async function pass(ms: number, stepMs = 10): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      await network(service)
      await clock.advance(Math.min(stepMs, ms - passedMs))
    }
    await network(service)
  }

  async function until(holds: () => boolean, limitMs = 20_000): Promise<void> {
    for (let passedMs = 0; passedMs < limitMs; passedMs += 10) {
      await network(service)
      if (holds()) return
      await clock.advance(10)
    }
    throw new Error(`it still does not hold after ${limitMs} ms: ${holds.toString()}`)
  }

  async function settled<T>(promise: Promise<T>): Promise<T> {
    let pending = true
    promise.then(
      () => (pending = false),
      () => (pending = false),
    )
    await until(() => !pending)
    return promise
  }

  return {
    clock,
    service,
    openVoice: adapter.openVoice,
    check: adapter.check,
    notes,
    timers: counted.waiting,
    pass,
    until,
    settled,
    close: () => service.close(),
  }
}

/** Everything that was sent has arrived; connections being opened and HTTP get a real millisecond, as nobody can ask them. */
async function network(service: ElevenLabsEmulator): Promise<void> {
  if (service.openSockets() === 0 || service.openRequests() > 0) await new Promise(resolve => setTimeout(resolve, 1))
  await service.settled()
  await new Promise(setImmediate)
}

function countTimers(clock: Clock): Clock & { waiting: () => number } {
  let waiting = 0
  return {
    now: () => clock.now(),
    after(delayMs, callback) {
      waiting++
      let over = false
      const end = (): boolean => {
        if (over) return false
        over = true
        waiting--
        return true
      }
      const cancel = clock.after(delayMs, () => end() && callback())
      return () => {
        end()
        cancel()
      }
    },
    waiting: () => waiting,
  }
}
