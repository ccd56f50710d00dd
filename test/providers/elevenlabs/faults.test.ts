import { afterEach, describe, expect, test } from 'vitest'
import { ProviderError } from '../../../src/ports.ts'
import type { Speak, Speech } from '../../../src/ports.ts'
import { audioOf, byHand, collect, given, textOf } from '../../conformance/speak.ts'
import type { Fault, Profile } from '../../vendors/elevenlabs/elevenlabs.ts'
import { charactersHeard, textHeard } from '../../vendors/elevenlabs/speech.ts'
import { startBench } from './bench.ts'
import type { Bench } from './bench.ts'

const PHRASES = ['Thanks for calling, ', 'we have three plans. ', 'Which one is for you?']
const TEXT = 'Thanks for calling, we have three plans. Which one is for you?'

let bench: Bench
const call = { controller: new AbortController() }

afterEach(async () => {
  call.controller.abort()
  await bench.pass(20)
  await bench.close()
})

async function open(faults: readonly Fault[] = [], profile: Partial<Profile> = {}): Promise<Speak> {
  bench = await startBench({ faults, profile })
  return openCall()
}

async function openCall(): Promise<Speak> {
  call.controller = new AbortController()
  const speak = bench.openVoice(call.controller.signal)
  await bench.pass(50)
  return speak
}

const say = (speak: Speak, phrases: readonly string[] = PHRASES): Promise<readonly Speech[]> =>
  bench.settled(collect(speak(given(phrases), new AbortController().signal)))

const failure = async (speak: Speak): Promise<ProviderError> => {
  const error: unknown = await say(speak).then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(ProviderError)
  return error as ProviderError
}

/** What was heard, without punctuation, which may be cut with the connection and is not said again. */
const heard = (speech: readonly Speech[]): string =>
  textHeard(audioOf(speech))
    .replace(/[^a-z ]/gi, '')
    .replace(/ +/g, ' ')
    .trim()

const sent = (field: string): readonly unknown[] =>
  bench.service.log.filter(entry => entry.type === 'received' && field in entry.facts).map(entry => entry.facts[field])

const upgrades = (): number => bench.service.log.filter(entry => entry.type === 'upgrade').length

const contextsOpened = (): number => bench.service.log.filter(entry => entry.type === 'context-opened').length

const requests = (): readonly string[] =>
  bench.service.log.filter(entry => entry.type === 'request').map(entry => String(entry.facts['path']))

describe('on the wire', () => {
  test('asks for raw mu-law made at once, with the times of its characters, and for the longest patience', async () => {
    await open()
    expect(bench.service.log.find(entry => entry.type === 'upgrade')?.facts).toEqual({
      path: '/v1/text-to-speech/test-voice/multi-stream-input',
      query: {
        model_id: 'eleven_flash_v2_5',
        output_format: 'ulaw_8000',
        auto_mode: 'true',
        sync_alignment: 'true',
        inactivity_timeout: '180',
      },
    })
  })

  test('one reply is one context: opened by a space with the settings, flushed, and closed after its last text is heard', async () => {
    const speak = await open()
    await say(speak, ['One plan. ', 'Two'])
    const messages = bench.service.log.filter(entry => entry.type === 'received').map(entry => entry.facts)
    expect(messages).toEqual([
      { text: ' ', context_id: 'reply-0', voice_settings: { stability: 0.5, similarity_boost: 0.8 } },
      { text: 'One plan. ', context_id: 'reply-0' },
      { text: 'Two ', context_id: 'reply-0' },
      { context_id: 'reply-0', flush: true },
      { context_id: 'reply-0', close_context: true },
    ])
  })

  test('hands on the first audio in the very millisecond in which it comes', async () => {
    const speak = await open([], { firstAudioMs: 150 })
    const phrases = byHand('Thanks for calling, ')
    const speech = speak(phrases, new AbortController().signal)[Symbol.asyncIterator]()
    const startMs = bench.clock.now()
    let firstMs = 0
    const first = speech.next().then(() => (firstMs = bench.clock.now() - startMs))
    await bench.pass(160, 1)
    await first
    expect(firstMs).toBe(150)
    await speech.return?.()
  })

  for (const alignment of ['each', 'first', 'none', 'normalised'] as const)
    for (const spelling of ['camel', 'snake'] as const)
      test(`keeps every word and every byte with alignment: ${alignment}, spelling: ${spelling}`, async () => {
        const speak = await open([], { alignment, spelling, finalCarriesAudio: spelling === 'snake' })
        const startMs = bench.clock.now()
        const speech = await say(speak, ['It costs $5 ', 'or 10% less ', '— "net" — if you like.'])
        expect(textOf(speech)).toBe('It costs $5 or 10% less — "net" — if you like.')
        expect(textHeard(audioOf(speech))).toBe('It costs $5 or 10% less — "net" — if you like. '.replaceAll('—', '?'))
        // Three seconds of audio made at eight times their speed: no watchdog had to end this.
        expect(bench.clock.now() - startMs).toBeLessThan(1_000)
      })

  for (const spelling of ['camel', 'snake'] as const)
    test(`tells each word at the time at which its first letter is spoken, spelling: ${spelling}`, async () => {
      const speak = await open([], { spelling })
      const words = (await say(speak, ['One plan ', 'for you'])).flatMap(part => part.words)
      // 60 ms to a character: "One " is 0-240, "plan " 240-540, "for " 540-780, "you" 780-960.
      expect(words.map(word => [word.text, Math.round(word.startMs)])).toEqual([
        ['One ', 0],
        ['plan ', 240],
        ['for ', 540],
        ['you', 780],
      ])
    })

  test('says nothing twice when only the first text comes with times', async () => {
    const speak = await open([], { alignment: 'once' })
    const speech = await say(speak)
    expect(textOf(speech)).toBe(TEXT)
    expect(heard(speech)).toBe('Thanks for calling we have three plans Which one is for you')
    expect(upgrades()).toBe(1)
  })

  test('is back in step soon after a text that the service has normalised', async () => {
    const speak = await open([], { alignment: 'normalised' })
    const words = (await say(speak, ['It costs 5 dollars a month'])).flatMap(part => part.words)
    const times = Object.fromEntries(words.map(word => [word.text.trim(), Math.round(word.startMs)]))
    expect(times['costs']).toBe(180)
    expect(times['dollars']).toBe(660)
    expect(times['month']).toBe(1_260)
  })
})

describe('a connection lost in the middle of a reply', () => {
  test('goes on on a new socket with the first word that was not heard whole', async () => {
    const speak = await open([{ type: 'cut-socket', afterAudioMs: 1_000 }])
    const speech = await say(speak)
    expect(textOf(speech)).toBe(TEXT)
    // The cut comes inside "calling": what was heard of it is followed by the whole word and the rest.
    expect(heard(speech)).toMatch(/^Thanks for c?a?l?l?i?n?g? ?calling we have three plans Which one is for you$/)
    expect(bench.service.log.filter(entry => entry.type === 'cut')).toHaveLength(1)
  })

  test('repeats nothing when the last word was heard whole', async () => {
    const speak = await open([{ type: 'cut-socket', afterAudioMs: 1_000 }], { chunkBytes: 8 * 600 })
    const speech = await say(speak, ['Hello you ', 'over there'])
    // 600 ms are "Hello you ": the cut falls between two words.
    expect(textOf(speech)).toBe('Hello you over there')
    expect(heard(speech)).toBe('Hello you over there')
  })

  test('goes on when the service restarts, also while it waits for a phrase', async () => {
    const speak = await open()
    const phrases = byHand('Thanks for calling, ')
    const speech = collect(speak(phrases, new AbortController().signal))
    await bench.pass(2_000)
    bench.service.closeSockets(1012, 'service restart')
    await bench.pass(200)
    phrases.give('we have three plans.')
    phrases.end()
    expect(textOf(await bench.settled(speech))).toBe('Thanks for calling, we have three plans.')
    expect(heard(await speech)).toBe('Thanks for calling we have three plans')
  })

  for (const fault of [
    { type: 'refuse-text', error: 'input_timeout_exceeded', message: 'Have not received a new text input', code: 1008 },
    { type: 'refuse-text', error: 'max_active_conversations', message: 'Maximum simultaneous contexts (5).', code: 1008 },
    { type: 'refuse-text', error: 'message_too_big', message: 'message too big', code: 1009 },
    { type: 'error-frame', error: 'internal_error', message: 'Something went wrong.' },
    { type: 'garbage-frame' },
    { type: 'stall', afterAudioMs: 0 },
    { type: 'stall', afterAudioMs: 700 },
    { type: 'close-race', final: true },
    { type: 'no-final' },
    { type: 'lose-text', containing: 'Which' },
    { type: 'early-final' },
    { type: 'silent-socket' },
  ] satisfies Fault[])
    test(`loses no word to ${JSON.stringify(fault)}`, async () => {
      const speak = await open()
      if (fault.type === 'silent-socket') {
        bench.service.closeSockets(1011, 'gone')
        await bench.pass(20)
      }
      bench.service.fault(fault)
      const speech = await say(speak)
      expect(textOf(speech)).toBe(TEXT)
      expect(heard(speech)).toContain('Which one is for you')
      await bench.pass(300)
      const next = await say(speak, ['Still here.'])
      expect(heard(next)).toBe('Still here')
    })

  test('replaces a socket that owes audio', async () => {
    const speak = await open([{ type: 'stall', afterAudioMs: 700 }])
    await say(speak)
    expect(upgrades()).toBe(2)
  })

  for (const alignment of ['each', 'first'] as const)
    test(`says a last word again that stopped in the middle, alignment: ${alignment}`, async () => {
      // "everybody" is spoken from 780 to 1320 ms.
      const speak = await open([{ type: 'stall', afterAudioMs: 1_000 }], { alignment, chunkBytes: 800 })
      const speech = await say(speak, ['One plan ', 'for everybody'])
      expect(textOf(speech)).toBe('One plan for everybody')
      expect(heard(speech)).toMatch(/everybody$/)
      expect(upgrades()).toBe(2)
    })

  for (const afterAudioMs of [0, 100])
    test(`speaks by HTTP when each socket says ${afterAudioMs} ms of a word and no more`, async () => {
      const speak = await open([{ type: 'stall', afterAudioMs, times: Infinity }])
      expect(textOf(await say(speak))).toBe(TEXT)
      expect(upgrades()).toBeLessThanOrEqual(3)
      expect(requests()).toEqual(['/v1/text-to-speech/test-voice/stream/with-timestamps'])
    })

  test('stays with sockets as long as each says something', async () => {
    const cut: Fault = { type: 'cut-socket', afterAudioMs: 500 }
    const speak = await open([cut, cut, cut, cut])
    expect(textOf(await say(speak))).toBe(TEXT)
    expect([upgrades(), requests()]).toEqual([5, []])
  })

  test('closes no context before its last text has begun to be spoken', async () => {
    const speak = await open([{ type: 'close-race', final: false, times: Infinity }])
    expect(heard(await say(speak))).toBe('Thanks for calling we have three plans Which one is for you')
    expect(contextsOpened()).toBe(1)
  })

  test('says a phrase that comes after the service has ended the context by itself', async () => {
    const speak = await open([{ type: 'early-final' }])
    const phrases = byHand('Thanks for calling, ')
    const speech = collect(speak(phrases, new AbortController().signal))
    await bench.pass(2_000)
    phrases.give('we have three plans.')
    phrases.end()
    expect(heard(await bench.settled(speech))).toBe('Thanks for calling we have three plans')
    expect(contextsOpened()).toBe(2)
  })

  test('never plays audio that comes for a reply that is over', async () => {
    const speak = await open([{ type: 'late-audio', times: 3 }])
    await say(speak, ['First.'])
    expect(heard(await say(speak, ['Second.']))).toBe('Second')
  })
})

describe('no socket to be had', () => {
  for (const alignment of ['each', 'first', 'none', 'normalised'] as const)
    test(`keeps every word and every byte by HTTP with alignment: ${alignment}`, async () => {
      const speak = await open([{ type: 'refuse-socket', status: 503, times: Infinity }], { alignment })
      const speech = await say(speak, ['It costs $5 ', 'or 10% less ', '— "net" — if you like.'])
      expect(textOf(speech)).toBe('It costs $5 or 10% less — "net" — if you like.')
      expect(textHeard(audioOf(speech)).replaceAll(' ', '')).toBe('Itcosts$5or10%less?"net"?ifyoulike.')
    })

  test.each(['answer', 'piece'] as const)(
    'tells when each word is spoken by HTTP, its times counted from the %s',
    async httpTimes => {
      const speak = await open([{ type: 'refuse-socket', status: 503, times: Infinity }], { httpTimes })
      const words = (await say(speak, ['One plan for everybody'])).flatMap(part => part.words)
      expect(words.map(word => word.text)).toEqual(['One ', 'plan ', 'for ', 'everybody'])
      for (const [index, startMs] of [0, 240, 540, 780].entries()) {
        expect(Math.abs(words[index]!.startMs - startMs)).toBeLessThanOrEqual(1)
      }
    },
  )

  test('speaks by HTTP, and by socket again once there is one', async () => {
    const speak = await open([{ type: 'refuse-socket', status: 503, times: 2 }])
    const speech = await say(speak)
    expect(textOf(speech)).toBe(TEXT)
    expect(heard(speech)).toMatch(/^Thanks for calling ?we have three plans ?Which one is for you$/)
    expect(requests()).toContain('/v1/text-to-speech/test-voice/stream/with-timestamps')
    await bench.until(() => bench.service.openSockets() === 1)
    const before = requests().length
    expect(heard(await say(speak, ['By socket.']))).toBe('By socket')
    expect(requests()).toHaveLength(before)
  })

  const noSocket: Fault = { type: 'refuse-socket', status: 503, times: Infinity }

  test('waits out both kinds of 429', async () => {
    const busy = (status: string): Fault => ({ type: 'http', status: 429, body: JSON.stringify({ detail: { status } }) })
    const speak = await open([noSocket, busy('too_many_concurrent_requests'), busy('system_busy')])
    expect(heard(await say(speak))).toMatch(/^Thanks for calling ?we have three plans ?Which one is for you$/)
  })

  test('says the rest when a body breaks off or stalls', async () => {
    const speak = await open([noSocket, { type: 'cut-body', afterBytes: 9_001 }, { type: 'stalled-body', afterBytes: 4_003 }])
    const speech = await say(speak)
    expect(textOf(speech)).toBe(TEXT)
    expect(heard(speech)).toMatch(/Which one is for you$/)
  })

  test('lets a long answer take its time', async () => {
    const speak = await open([noSocket], { realTimeFactor: 1 })
    const long = 'This sentence goes on and on, as sentences do, until nobody remembers how it once began. '
    const startMs = bench.clock.now()
    expect(heard(await say(speak, [long]))).toBe(long.replace(/[,.]/g, '').trim())
    expect(bench.clock.now() - startMs).toBeGreaterThan(4_000)
    expect(requests()).toHaveLength(1)
  })

  for (const [what, body, contentType] of [
    ['JSON', '{"detail":{"status":"system_busy","message":"busy"}}', 'application/json'],
    ['HTML', '<html><body>502 Bad Gateway</body></html>', 'text/html'],
    ['a WAV file', 'RIFF\0\0\0\0WAVEfmt ', 'audio/wav'],
    ['an MP3 file', 'ID3\u0004\0\0', 'audio/mpeg'],
  ] as const)
    test(`never plays ${what} that comes with status 200`, async () => {
      const speak = await open([noSocket, { type: 'http', status: 200, body, contentType, times: Infinity }])
      const parts: Speech[] = []
      await expect(
        bench.settled(
          (async () => {
            for await (const part of speak(given(PHRASES), new AbortController().signal)) parts.push(part)
          })(),
        ),
      ).rejects.toBeInstanceOf(ProviderError)
      expect(parts).toEqual([])
    })

  test('gives up after a few attempts, and says that asking again may help', async () => {
    const speak = await open([noSocket, { type: 'http', status: 500, body: 'oops', times: Infinity }])
    const error = await failure(speak)
    expect(error).toMatchObject({ provider: 'ElevenLabs', stage: 'http', retryable: true })
    expect(requests().length).toBeLessThanOrEqual(4)
  })

  for (const [status, body] of [
    [401, '{"detail":{"status":"invalid_api_key","message":"Invalid API key"}}'],
    [401, '{"detail":{"status":"quota_exceeded","message":"This request exceeds your quota."}}'],
    [404, '{"detail":{"status":"voice_not_found","message":"A voice was not found."}}'],
    [422, '{"detail":[{"loc":["body"],"msg":"bad","type":"x"}]}'],
  ] as const)
    test(`fails at once on HTTP ${status} ${body.slice(12, 40)}`, async () => {
      const speak = await open([noSocket, { type: 'http', status, body, times: Infinity }])
      expect(await failure(speak)).toMatchObject({ retryable: false })
      expect(requests()).toHaveLength(1)
    })
})

describe('refusals that no new attempt will change', () => {
  test('an exhausted quota fails the reply at once, in words', async () => {
    const speak = await open([{ type: 'refuse-text', error: 'quota_exceeded', message: 'You have 0 credits.', code: 1008 }])
    const error = await failure(speak)
    expect(error.retryable).toBe(false)
    expect(error.message).toContain('quota_exceeded')
    expect(requests()).toEqual([])
  })

  test('a wrong key fails at once and is not shown', async () => {
    bench = await startBench({}, { apiKey: 'sk_wrong_secret' })
    const error = await failure(await openCall())
    expect(error.retryable).toBe(false)
    expect(JSON.stringify(bench.notes) + error.message + String(error.stack)).not.toContain('sk_wrong_secret')
  })

  test('a key that the service repeats in its answer is not shown', async () => {
    const body = '<p>Your key sk_test_elevenlabs is bad</p>'
    const error = await failure(await open([{ type: 'refuse-socket', status: 403, body, times: Infinity }]))
    expect(error.message).toContain('Your key [key] is bad')
    expect(JSON.stringify(bench.notes)).not.toContain('sk_test_elevenlabs')
  })

  test('an account put in order is spoken with again', async () => {
    const speak = await open([{ type: 'refuse-socket', status: 401, body: '{"detail":{"status":"quota_exceeded"}}' }])
    expect(heard(await say(speak, ['Welcome back.']))).toBe('Welcome back')
  })

  test('an unknown voice fails at once', async () => {
    bench = await startBench({}, { voiceId: 'nobody' })
    expect(await failure(await openCall())).toMatchObject({ retryable: false })
  })

  test('an upgrade refused for the key is not asked for again and again', async () => {
    const speak = await open([
      { type: 'refuse-socket', status: 401, body: '{"detail":{"status":"invalid_api_key"}}', times: Infinity },
    ])
    await bench.pass(30_000, 100)
    expect(bench.service.log.filter(entry => entry.type === 'upgrade')).toHaveLength(1)
    expect(await failure(speak)).toMatchObject({ retryable: false })
  })
})

describe('between replies', () => {
  test('a socket that the service closes is replaced before it is needed', async () => {
    const speak = await open()
    await say(speak, ['First.'])
    bench.service.closeSockets(1000, 'idle')
    await bench.until(
      () => bench.service.openSockets() === 1 && bench.notes.filter(note => note === 'voice connected').length === 2,
    )
    const upgrades = bench.service.log.filter(entry => entry.type === 'upgrade').length
    expect(heard(await say(speak, ['Second.']))).toBe('Second')
    expect(bench.service.log.filter(entry => entry.type === 'upgrade')).toHaveLength(upgrades)
  })

  test('ten minutes of silence never end in the service hanging up', async () => {
    await open()
    await bench.pass(600_000, 1_000)
    expect(bench.service.log.filter(entry => entry.type === 'refused')).toEqual([])
    expect(bench.service.openSockets()).toBe(1)
  })

  test('a reply that waits five minutes for its next phrase is kept alive', async () => {
    const speak = await open()
    const phrases = byHand('One moment, ')
    const speech = collect(speak(phrases, new AbortController().signal))
    await bench.pass(300_000, 1_000)
    phrases.give('here it is.')
    phrases.end()
    expect(heard(await bench.settled(speech))).toBe('One moment here it is')
    expect(sent('context_id').every(id => id === 'reply-0')).toBe(true)
    expect(bench.service.log.filter(entry => entry.type === 'refused')).toEqual([])
  })

  test('nothing is left when the call ends while a socket is to be tried again', async () => {
    await open([{ type: 'refuse-socket', status: 503, times: Infinity }])
    await bench.pass(500)
    expect(bench.timers()).toBe(1)
    call.controller.abort()
    expect(bench.timers()).toBe(0)
  })

  test('nothing is left when the call ends with its socket open', async () => {
    await open()
    call.controller.abort()
    await bench.pass(20)
    expect([bench.timers(), bench.service.openSockets()]).toEqual([0, 0])
  })

  test('a service that keeps refusing is asked ever more rarely', async () => {
    await open([{ type: 'refuse-socket', status: 503, times: Infinity }])
    await bench.pass(60_000, 100)
    const attempts = bench.service.log.filter(entry => entry.type === 'upgrade').length
    expect(attempts).toBeGreaterThan(5)
    expect(attempts).toBeLessThan(12)
  })
})

describe('rapid barge-ins', () => {
  test('a hundred in a row never open a sixth context, and the next reply is whole', async () => {
    const speak = await open()
    let most = 0
    for (let round = 0; round < 100; round++) {
      const reply = new AbortController()
      const speech = collect(speak(given([`Reply number ${round}, `, 'which is cut off ', 'before its end.']), reply.signal))
      await bench.pass((round * 37) % 400, 20)
      reply.abort()
      await bench.settled(speech)
      most = Math.max(most, bench.service.openContexts())
    }
    expect(most).toBeLessThanOrEqual(5)
    expect(bench.service.violations).toEqual([])
    expect(heard(await say(speak, ['Now at last.']))).toBe('Now at last')
    await bench.pass(2_000)
    expect(bench.service.openContexts()).toBe(0)
  })

  test('when the service never frees a context, a new socket is taken', async () => {
    const speak = await open([{ type: 'no-final', times: 5 }])
    for (let round = 0; round < 5; round++) {
      const reply = new AbortController()
      const speech = speak(given(['Cut off.']), reply.signal)[Symbol.asyncIterator]()
      await bench.settled(speech.next())
      reply.abort()
    }
    expect(heard(await say(speak, ['Sixth.']))).toBe('Sixth')
    expect(bench.service.violations).toEqual([])
  })

  test('a reply dropped before its context was opened sends nothing', async () => {
    const speak = await open()
    const reply = new AbortController()
    const speech = collect(speak(byHand(), reply.signal))
    await bench.pass(100)
    reply.abort()
    await bench.settled(speech)
    expect(sent('context_id')).toEqual([])
  })
})

test('audio is never touched: what is heard is what the service sent, byte for byte', async () => {
  const speak = await open([], { chunkBytes: 777 })
  const speech = await say(speak)
  expect(charactersHeard(audioOf(speech)).every(character => character.whole)).toBe(true)
  const bytes = bench.service.log
    .filter(entry => entry.type === 'audio')
    .reduce((sum, entry) => sum + Number(entry.facts['bytes']), 0)
  expect(audioOf(speech)).toHaveLength(bytes)
})
