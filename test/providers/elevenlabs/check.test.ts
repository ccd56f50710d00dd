import { afterEach, describe, expect, test } from 'vitest'
import { elevenLabs } from '../../../src/providers/elevenlabs/elevenlabs.ts'
import type { VoiceCheck } from '../../../src/providers/elevenlabs/elevenlabs.ts'
import type { Account, Fault } from '../../vendors/elevenlabs/elevenlabs.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { startBench } from './bench.ts'
import type { Bench } from './bench.ts'

let bench: Bench | null = null

afterEach(async () => {
  await bench?.close()
  bench = null
})

async function check(
  account: Partial<Account> = {},
  choice: { readonly apiKey?: string; readonly voiceId?: string; readonly model?: string } = {},
  faults: readonly Fault[] = [],
): Promise<VoiceCheck> {
  bench = await startBench({ account, faults }, choice)
  return bench.settled(bench.check())
}

describe('before the first call', () => {
  test('an account in order has no problems, and says what is left', async () => {
    expect(await check()).toMatchObject({ problems: [], warnings: [], voiceName: 'Test Voice', charactersLeft: 82_769 })
    expect(bench?.timers()).toBe(0)
  })

  test('a wrong key is said once, and where to get a right one', async () => {
    const { problems } = await check({}, { apiKey: 'sk_wrong' })
    expect(problems).toEqual([
      'ElevenLabs refuses ELEVENLABS_API_KEY: take a valid one from https://elevenlabs.io/app/settings/api-keys.',
    ])
  })

  test('an unknown voice is named, and the voices there are', async () => {
    const { problems, warnings } = await check({}, { voiceId: 'nobody' })
    expect(problems).toEqual([
      'ELEVENLABS_VOICE_ID nobody is no voice of this account: choose one, or add it in the voice library.',
    ])
    expect(warnings).toEqual(['Voices of this account: Test Voice (test-voice).'])
  })

  test('an unknown model is named, and the models there are', async () => {
    const { problems } = await check({}, { model: 'eleven_turbo_v1' })
    expect(problems).toEqual([
      'ELEVENLABS_MODEL eleven_turbo_v1 is not offered; there are: eleven_flash_v2_5, eleven_multilingual_v2.',
    ])
  })

  test('a model that cannot be streamed to is refused', async () => {
    const { problems } = await check({}, { model: 'eleven_v3' })
    expect(problems).toEqual(['ELEVENLABS_MODEL eleven_v3 cannot be streamed to: take eleven_flash_v2_5.'])
  })

  test('an empty account is a problem, a nearly empty one a warning, one that may go over neither', async () => {
    expect((await check({ subscription: { character_count: 100_000 } })).problems).toEqual([
      'The ElevenLabs account has no characters left: buy more, or allow usage-based billing.',
    ])
    await bench?.close()
    expect((await check({ subscription: { character_count: 99_000 } })).warnings).toEqual([
      'The ElevenLabs account has only 1000 characters left.',
    ])
    await bench?.close()
    const open = await check({ subscription: { character_count: 100_000, max_credit_limit_extension: 'unlimited' } })
    expect([open.problems, open.warnings]).toEqual([[], []])
  })

  test('a key that may not read the account is no problem', async () => {
    const body = '{"detail":{"status":"missing_permissions","message":"missing user_read"}}'
    const result = await check({}, {}, [{ type: 'http', status: 401, body, path: /subscription/ }])
    expect(result.problems).toEqual([])
    expect(result.warnings).toEqual(['The ElevenLabs key may not read the account; give it that permission to have it checked.'])
  })

  test('a service that cannot be reached is said so, and nothing lingers', async () => {
    bench = await startBench({}, { url: 'http://127.0.0.1:9' })
    const { problems } = await bench.settled(bench.check())
    expect(problems).toHaveLength(3)
    expect(problems[0]).toMatch(/^the voice could not be checked at 127.0.0.1:9: .*no answer/)
    expect(bench?.timers()).toBe(0)
  })
})

test('a key or an address that cannot be one is refused before anything is connected', () => {
  const choice = { voiceId: 'test-voice', model: 'eleven_flash_v2_5', voiceSettings: {}, clock: new VirtualClock() }
  expect(() => elevenLabs({ ...choice, url: 'https://api.elevenlabs.io', apiKey: 'sk\nsecret' })).toThrow(
    'ElevenLabs: the API key holds characters that no key has',
  )
  expect(() => elevenLabs({ ...choice, url: 'api.elevenlabs.io', apiKey: 'sk' })).toThrow('api.elevenlabs.io is not a URL')
})
