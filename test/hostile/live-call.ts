/** Somebody who talks to the target by way of the emulated Twilio, in real time, while it is under attack. */
import { realClock } from '../../src/clock.ts'
import { at, ScriptedCaller } from '../vendors/twilio/caller.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { realNetwork } from '../vendors/twilio/network.ts'
import { placeCall, type CallRecord, type PhoneCall } from '../vendors/twilio/phone-call.ts'
import { AUTH_TOKEN, PUBLIC_URL, WORD, wordAtMs } from './target.ts'

/** Says so many words, three seconds apart, and hangs up. */
export function talkTo(port: number, seed: number, words: number): PhoneCall {
  const lines = Array.from({ length: words }, (_, n) => ({ name: `word ${n}`, audio: WORD, when: at(wordAtMs(n)) }))
  return placeCall({
    network: realNetwork(url => url.replace(/^(http|ws)s?:\/\/[^/]+/, `$1://127.0.0.1:${port}`)),
    clock: realClock,
    random: chance(seed),
    voiceUrl: `${PUBLIC_URL}/twilio/voice`,
    caller: new ScriptedCaller(lines, at(wordAtMs(words))),
    authToken: AUTH_TOKEN,
  })
}

/** For each word: from its end to the first sound of the reply, as the caller hears it; null if there was none. */
export function gapsMs({ events }: CallRecord, words: number): readonly (number | null)[] {
  const sounds = events.flatMap(({ type, atMs }) => (type === 'bot-audible' ? [atMs] : []))
  return Array.from({ length: words }, (_, n) => {
    const endMs = wordAtMs(n) + WORD.length / 8
    const first = sounds.find(ms => ms > endMs)
    return first === undefined || first > wordAtMs(n + 1) ? null : first - endMs
  })
}
