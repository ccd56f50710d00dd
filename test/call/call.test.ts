import { describe, expect, it } from 'vitest'
import { isEarly } from '../../src/call/certificate.ts'
import { replay } from '../../src/call/replay.ts'
import type { DetectVoice } from '../../src/ports.ts'
import { endCall } from '../../src/tools/end-call.ts'
import { saying, type FakeReply } from '../support/fake-think.ts'
import { endsCall } from '../support/tools.ts'
import { audioWith, callerScript, Phone, wordsOf } from '../support/phone.ts'

const script = callerScript('pub-call-1-loan.wav')
const yes = callerScript('pub-call-3-hesitant.wav')
/** "Yes.", 545 ms of it, and nothing else. */
const yesAudio = yes.audio.subarray(1395 * 8, 1940 * 8)
const word = (text: string, startMs: number, endMs: number, finalAfterMs = 200) => ({ text, startMs, endMs, finalAfterMs })

describe('a call', () => {
  it('greets at once', async () => {
    const phone = new Phone({ firstAudioMs: 50 })
    await phone.speak(audioWith(400))
    expect(phone.sent[0]).toEqual({ atMs: 50, what: 'audio' })
  })

  it('answers in the frame that completes 500 ms of silence, and sends nothing before', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)] })
    await phone.speak(audioWith(10_000, { atMs: 6000, audio: yesAudio }))
    const [, turn] = phone.turns()
    expect(turn).toMatchObject({ said: 'Yes.', basis: 'final', outcome: 'heard', discarded: 0 })
    expect(turn!.silentSinceMs).toBeGreaterThanOrEqual(6525)
    expect(turn!.silentSinceMs).toBeLessThanOrEqual(6605)
    expect(turn!.releasedMs! - turn!.silentSinceMs!).toBeGreaterThanOrEqual(500)
    expect(turn!.releasedMs! - turn!.silentSinceMs!).toBeLessThanOrEqual(519)
    expect(turn!.firstFrameMs).toBe(turn!.releasedMs)
    const between = phone.sent.filter(({ atMs }) => atMs > 6000 && atMs < turn!.releasedMs!)
    expect(between).toEqual([])
  })

  it('tells the recogniser when the caller begins and ends', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)] })
    await phone.speak(audioWith(8000, { atMs: 6000, audio: yesAudio }))
    expect(phone.recogniser.hints.map(({ hint }) => hint)).toEqual(['spoke', 'paused'])
    expect(phone.recogniser.hints[0]!.atMs).toBeGreaterThanOrEqual(5980)
    expect(phone.recogniser.hints[1]!.atMs).toBe(phone.turns()[1]!.silentSinceMs)
  })

  it('sends the reply in the moment its first audio exists when that is later', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer: () => saying(['Good.'], 900) })
    await phone.speak(audioWith(10_000, { atMs: 6000, audio: yesAudio }))
    const [, turn] = phone.turns()
    // Words at 6760, the model 900 ms later, the voice 50 ms later.
    expect(phone.sent.find(({ atMs }) => atMs > 6600)).toEqual({ atMs: 7710, what: 'audio' })
    expect(turn!.firstFrameMs! - turn!.releasedMs!).toBeGreaterThan(500)
  })

  it('stops in mid-word when the caller cuts in, and remembers what was heard to the word', async () => {
    const answer = (said: string) => saying(said === 'Yes.' ? ['One two three four five six seven eight nine ten. '] : ['Fine.'])
    const phone = new Phone({ words: [word('Yes.', 6000, 6545), word('Stop!', 8600, 9145)], answer, networkMs: 30 })
    await phone.speak(audioWith(13_000, { atMs: 6000, audio: yesAudio }, { atMs: 8600, audio: yesAudio }))
    const [, cut, next] = phone.turns()
    const clear = phone.sent.find(({ what }) => what === 'clear')!
    expect(clear.atMs - 8600).toBeLessThanOrEqual(120)
    expect(cut).toMatchObject({ outcome: 'interrupted', heard: 'One two three four five' })
    expect(next).toMatchObject({ said: 'Stop!', outcome: 'heard' })
    expect(phone.think.asked.at(-1)!.map(message => message.content)).toEqual([
      '',
      'This is the greeting. ',
      'Yes.',
      'One two three four five',
      'Stop!',
    ])
  })

  it('goes on at the first unheard word after a cough', async () => {
    const answer = () => saying(['One two three four five six seven eight nine ten. '])
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer })
    await phone.speak(audioWith(14_000, { atMs: 6000, audio: yesAudio }, { atMs: 8600, audio: yesAudio.subarray(0, 200 * 8) }))
    const [, turn] = phone.turns()
    expect(turn).toMatchObject({ holds: 1, outcome: 'heard', heard: 'One two three four five six seven eight nine ten. ' })
    expect(phone.turns()).toHaveLength(2)
  })

  it('writes down what was spent on a draft that nobody heard', async () => {
    const words = [word('Yes.', 6000, 6545, 60), word('But wait!', 6900, 7445)]
    const phone = new Phone({ words, answer: () => saying(['Good. ', 'Fine. '], 100, 5000) })
    await phone.speak(audioWith(10_000, { atMs: 6000, audio: yesAudio }, { atMs: 6900, audio: yesAudio }))
    const dropped = phone.entries.find(entry => entry.type === 'command' && entry.command.type === 'drop')
    const spent = phone.entries.filter(entry => entry.type === 'usage')
    expect(dropped).toMatchObject({ command: { id: 2, why: 'words-changed' } })
    expect(spent).toEqual([
      expect.objectContaining({ id: 2, model: 'fake-1', promptTokens: 10, completionTokens: 1, estimated: true }),
    ])
  })

  it('closes its books after the last costs are in them, and has ended then', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer: () => saying(['Good. ', 'Fine. '], 100, 5000) })
    await phone.speak(audioWith(7500, { atMs: 6000, audio: yesAudio }))
    phone.call.end('caller-hung-up')
    await phone.call.ended
    expect(phone.entries.at(-1)).toMatchObject({ type: 'usage', id: 2, promptTokens: 10 })
    expect(phone.clock.waiting).toBe(0)
  })

  it('does not wait for ever for the costs of a model that does not end', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer: () => saying(['Good.'], 5000) })
    const never = new Promise<never>(() => {})
    phone.think.hang = never
    await phone.speak(audioWith(6900, { atMs: 6000, audio: yesAudio }))
    phone.call.end('caller-hung-up')
    let ended = false
    void phone.call.ended.then(() => (ended = true))
    await phone.clock.advance(990)
    expect(ended).toBe(false)
    await phone.clock.advance(10)
    expect(ended).toBe(true)
    expect(phone.entries.filter(({ type }) => type === 'usage')).toEqual([])
  })

  it('takes "mm-hm" for listening, and "yes" to a question for an answer', async () => {
    const tell = (question: string) => async (remark: string) => {
      const phone = new Phone({
        words: [word('Yes.', 6000, 6545), word(remark, 8600, 9145)],
        answer: said => saying([said === 'Yes.' ? `One two three${question} four five six seven eight nine ten. ` : 'Good.']),
      })
      await phone.speak(audioWith(15_000, { atMs: 6000, audio: yesAudio }, { atMs: 8600, audio: yesAudio }))
      return phone
        .turns()
        .slice(1)
        .map(({ said, outcome, asides }) => ({ said, outcome, asides }))
    }
    expect(await tell('.')('Mm-hm.')).toEqual([{ said: 'Yes.', outcome: 'heard', asides: ['Mm-hm.'] }])
    expect(await tell('?')('Yes.')).toEqual([
      { said: 'Yes.', outcome: 'interrupted', asides: [] },
      { said: 'Yes.', outcome: 'heard', asides: [] },
    ])
  })

  it('withdraws a reply whose first word was not heard, and answers both halves as one', async () => {
    const phone = new Phone({ words: [word('I', 6000, 6545), word('agree.', 7150, 7695)], networkMs: 40 })
    await phone.speak(audioWith(12_000, { atMs: 6000, audio: yesAudio }, { atMs: 7150, audio: yesAudio }))
    const [, first, second] = phone.turns()
    expect(first).toMatchObject({ said: 'I', outcome: 'withdrawn', heard: '' })
    expect(second).toMatchObject({ said: 'I agree.', outcome: 'heard' })
    expect(phone.think.asked.at(-1)!.at(-1)!.content).toBe('I agree.')
  })

  it('completes the silence in time on a line that carries none', async () => {
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)] })
    await phone.speak(audioWith(6560, { atMs: 6000, audio: yesAudio }))
    await phone.quiet(2000)
    const reply = phone.sent.find(({ atMs }) => atMs > 6560)!
    expect(reply.atMs - phone.turns()[1]!.silentSinceMs!).toBeGreaterThanOrEqual(500)
    expect(reply.atMs - phone.turns()[1]!.silentSinceMs!).toBeLessThanOrEqual(540)
  })

  it('asks twice whether anybody is there, says goodbye, and hangs up after the last word was heard', async () => {
    const phone = new Phone()
    await phone.speak(audioWith(60_000))
    expect(phone.turns().map(({ line }) => line)).toEqual(['greeting', 'still-there', 'anyone-there', 'goodbye'])
    const [greeting, prompt] = phone.turns()
    expect(prompt!.releasedMs! - greeting!.endedMs!).toBe(8000)
    const end = phone.sent.at(-1)!
    expect(end.what).toBe('hang-up')
    expect(end.atMs - phone.turns()[3]!.firstFrameMs!).toBeGreaterThanOrEqual(4 * 300)
  })

  it('leaves no timer, no recogniser and no voice behind', async () => {
    const phone = new Phone({ words: wordsOf(script, 200) })
    await phone.speak(script.audio)
    phone.call.end('caller-hung-up')
    expect(phone.clock.waiting).toBe(0)
    await phone.clock.advance(60_000)
    expect([phone.voice.openVoices(), phone.recogniser.held(), phone.think.open]).toEqual([0, 0, 0])
    await phone.call.ended
  })

  it('survives anything a recorded caller does, never early, and replays to the same decisions', async () => {
    for (const file of ['pub-call-1-loan.wav', 'pub-call-2-chromecast.wav', 'pub-call-3-hesitant.wav']) {
      const recorded = callerScript(file)
      const phone = new Phone({ words: wordsOf(recorded, 250), turnEndsAfterMs: 300, networkMs: 30 })
      await phone.speak(recorded.audio)
      phone.call.end('caller-hung-up')
      expect(phone.turns().filter(isEarly)).toEqual([])
      const { entries, difference } = replay([heading, ...phone.entries], recorded.audio)
      expect(difference).toBeNull()
      expect(entries.length).toBeGreaterThan(100)
    }
  })

  it('says what the operator wants, takes keys for words, hands over, and replays to the same', async () => {
    const phone = new Phone({ answer: said => saying([`I heard ${said}. `]) })
    const audio = audioWith(30_000)
    phone.clock.after(4_000, () => phone.call.say('One moment please.'))
    for (const [n, digit] of ['5', '5', '1', '#'].entries()) phone.clock.after(8_000 + n * 200, () => phone.call.digit(digit))
    phone.clock.after(14_000, () => phone.call.transfer('Wants a demo.'))
    await phone.speak(audio)
    expect(phone.turns().map(({ line, said, heard }) => [line, said, heard.trim()])).toEqual([
      ['greeting', '', 'This is the greeting.'],
      ['operator', '', 'One moment please.'],
      [null, '[keypad: 551]', expect.stringContaining('I heard')],
      ['transfer', '', 'This is the transfer.'],
    ])
    // The key comes before the frame of 8.6 s does.
    expect(phone.turns()[2]!.releasedMs).toBe(8_580 + 500)
    const commands = phone.entries.flatMap(entry => (entry.type === 'command' ? [entry.command] : []))
    expect(commands.slice(-2)).toEqual([{ type: 'hand-over', brief: 'Wants a demo.' }, { type: 'hang-up' }])
    expect(phone.sent.at(-1)!.what).toBe('hang-up')
    expect(replay([heading, ...phone.entries], audio).difference).toBeNull()
  })

  it('stops at the first key, goes through to a person on a lone 0, and leaves in seconds when told to', async () => {
    const phone = new Phone({ zeroTransfers: true })
    phone.clock.after(300, () => phone.call.digit('0'))
    await phone.speak(audioWith(10_000))
    expect(phone.turns().map(({ line, outcome }) => [line, outcome])).toEqual([
      ['greeting', 'withdrawn'],
      ['transfer', 'heard'],
    ])
    expect(phone.sent.find(({ what }) => what === 'clear')!.atMs).toBeLessThanOrEqual(320)

    const leaving = new Phone()
    leaving.clock.after(5_000, () => leaving.call.leave())
    await leaving.speak(audioWith(10_000))
    expect(leaving.turns().map(({ line }) => line)).toEqual(['greeting', 'time-up'])
    expect(leaving.turns()[1]!.releasedMs).toBe(4_980)
    expect(leaving.hungUp).toBe(true)
  })

  it('asks after its goodbye how it was, takes the key that cuts the question short, and replays to the same', async () => {
    const bye: FakeReply = {
      thoughts: [
        { afterMs: 20, thought: { type: 'text', text: 'Goodbye. ' } },
        { afterMs: 0, thought: endsCall },
      ],
      ending: 'complete',
    }
    const audio = audioWith(20_000, { atMs: 6000, audio: yesAudio })
    const calling = async (press: (phone: Phone) => void) => {
      const phone = new Phone({
        words: [word('Yes.', 6000, 6545)],
        tools: [endCall],
        answer: () => bye,
        asksRating: true,
        networkMs: 30,
      })
      press(phone)
      await phone.speak(audio)
      phone.call.end('caller-hung-up')
      expect(phone.hungUp).toBe(true)
      const { entries, difference } = replay([{ ...heading, rules: phone.rules }, ...phone.entries], audio)
      expect(difference).toBeNull()
      const ends = entries.flatMap(entry => (entry.type === 'command' && /rated|hang-up/.test(entry.command.type) ? [entry] : []))
      return { turns: phone.turns().slice(1), ends: ends.map(({ at, command }) => ({ at, ...command })) }
    }

    const rated = await calling(phone => phone.clock.after(8_000, () => phone.call.digit('4')))
    expect(rated.turns).toMatchObject([
      { line: null, outcome: 'heard' },
      { line: 'rating', outcome: 'call-ended' },
    ])
    expect(rated.ends).toEqual([
      { at: 7_980, type: 'rated', rating: 4 },
      { at: 7_980, type: 'hang-up' },
    ])

    const silent = await calling(() => {})
    const [, question] = silent.turns
    expect(question).toMatchObject({ line: 'rating', outcome: 'heard', heard: 'This is the rating. ' })
    expect(silent.ends).toEqual([{ at: question!.endedMs! + 5_000, type: 'hang-up' }])
  })

  it('says the same in every pipeline, and each later one sooner', async () => {
    const answer = () =>
      saying(['We have **three** plans. ', 'The first is $1,200 a year, ', 'the second costs 20% more. ', 'OK? '], 300, 200)
    const heard = await Promise.all(
      (['plain', 'streamed', 'draft'] as const).map(async pipeline => {
        const phone = new Phone({ pipeline, answer, words: [word('Yes.', 6000, 6545)], turnEndsAfterMs: 400 })
        await phone.speak(audioWith(25_000, { atMs: 6000, audio: yesAudio }))
        const [, turn] = phone.turns()
        const gapMs = phone.sent.find(({ atMs }) => atMs > 6600)!.atMs - turn!.silentSinceMs!
        return { asked: phone.think.asked[0], text: turn!.text, gapMs }
      }),
    )
    expect(new Set(heard.map(({ text }) => text)).size).toBe(1)
    expect(heard[0]!.text).toBe(
      'We have three plans. The first is one thousand two hundred dollars a year, the second costs twenty percent more. OK? ',
    )
    expect(heard.map(({ asked }) => asked)).toEqual([heard[0]!.asked, heard[0]!.asked, heard[0]!.asked])
    const [plain, streamed, draft] = heard.map(({ gapMs }) => gapMs)
    expect(plain).toBeGreaterThan(streamed! + 500)
    expect(streamed).toBeGreaterThan(draft! + 100)
  })

  it('asks again when the model fails, then says so, and goes on', async () => {
    const answer = (): never => {
      throw new Error('broken on purpose')
    }
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer })
    await phone.speak(audioWith(12_000, { atMs: 6000, audio: yesAudio }))
    expect(phone.think.asked).toHaveLength(2)
    expect(phone.turns().slice(1)).toMatchObject([{ line: 'trouble', outcome: 'heard' }])
  })

  it('says that it is in trouble 3.8 s into the silence when nothing of the reply exists, and names what it waited for', async () => {
    const answer = () => saying(['Good.'], 10_000)
    const phone = new Phone({ words: [word('Yes.', 6000, 6545)], answer })
    await phone.speak(audioWith(14_000, { atMs: 6000, audio: yesAudio }))
    const [, slow, apology] = phone.turns()
    expect(slow).toMatchObject({ said: 'Yes.', outcome: 'too-slow', heard: '' })
    expect(apology).toMatchObject({ line: 'trouble', outcome: 'heard', releasedMs: slow!.endedMs })
    expect(apology!.releasedMs! - slow!.silentSinceMs!).toBeGreaterThanOrEqual(3800)
    expect(apology!.releasedMs! - slow!.silentSinceMs!).toBeLessThanOrEqual(3819)
    expect(phone.entries.filter(({ type }) => type === 'trouble')).toMatchObject([{ provider: 'the model', stage: 'reply' }])
    expect(phone.think.open).toBe(0)
  })

  it('asks twice to repeat speech of which no words come, and a cough never', async () => {
    const lines = async (soundMs: number) => {
      const phone = new Phone()
      const sounds = [4000, 11_000, 18_000].map(atMs => ({ atMs, audio: script.audio.subarray(3000 * 8, (3000 + soundMs) * 8) }))
      await phone.speak(audioWith(23_000, ...sounds))
      return phone.turns().map(({ line }) => line)
    }
    expect((await lines(1500)).slice(0, 3)).toEqual(['greeting', 'pardon', 'pardon'])
    expect(await lines(300)).not.toContain('pardon')
  })

  it('hangs up and lets everything go when a rule of ours is broken', async () => {
    let frames = 0
    const detectVoice: DetectVoice = () => ({
      hear() {
        if (++frames === 100) throw new Error('broken on purpose')
      },
    })
    const phone = new Phone({ detectVoice })
    await phone.speak(audioWith(5000))
    expect(phone.entries.at(-1)).toMatchObject({ type: 'broken', at: 2000 })
    expect(phone.sent.at(-1)).toEqual({ atMs: 2000, what: 'hang-up' })
    await phone.clock.advance(60_000)
    expect([phone.clock.waiting, phone.voice.openVoices(), phone.recogniser.held()]).toEqual([0, 0, 0])
  })
})

const heading = {
  at: 0,
  ms: 0,
  type: 'call',
  version: 1,
  callSid: 'CA00000000000000000000000000000000',
  startedAt: '2026-11-21T00:00:00Z',
  assistant: 'nooks',
  providers: { stt: 'fake', llm: 'fake', tts: 'fake', vad: 'none' },
  rules: { pipeline: 'draft', longestMs: 600_000 },
} as const
