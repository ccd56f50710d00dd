/**
 * Each call's own mark: a made-up name that the emulated model gives every conversation, and that the emulated voice spells in
 * its audio. Whoever hears another call's name hears another call.
 */
import { BYTES_PER_MS } from '../../src/audio/frames.ts'
import { MS_PER_CHARACTER } from '../../test/vendors/elevenlabs/speech.ts'
import { nameIn, nameOf } from '../bench/answers.ts'

type Spoken = { readonly role: string; readonly content?: unknown }

/** Goes on with the name that the conversation has; gives a new one to a conversation that has none. */
export function watermarkedAnswers(): (messages: readonly Spoken[]) => string {
  let given = 0
  return messages => {
    const names = messages.flatMap(({ role, content }) =>
      role === 'assistant' && typeof content === 'string' ? [nameIn(content)] : [],
    )
    return `Thanks, our ${names.find(name => name !== null) ?? nameOf(given++)} team handles that. What else would you like to know?`
  }
}

/** The first byte of each character of the emulated voice, whatever its sign bit; see test/vendors/elevenlabs/speech.ts. */
const BEGIN = 0x7e
const CHARACTER_BYTES = MS_PER_CHARACTER * BYTES_PER_MS

/** The names in what the caller heard. Characters that were cut are left out, and so is what is not of this voice. */
export function namesHeard(bot: Uint8Array): ReadonlySet<string> {
  let text = ''
  for (let at = bot.findIndex(isBegin); at !== -1 && at + CHARACTER_BYTES <= bot.length;) {
    const level = bot[at + 1]! & 0x7f
    const isWhole = bot.subarray(at + 1, at + CHARACTER_BYTES).every(byte => (byte & 0x7f) === level)
    text += isWhole ? String.fromCharCode(level) : '\n'
    const from = at + (isWhole ? CHARACTER_BYTES : 1)
    const next = bot.subarray(from).findIndex(isBegin)
    at = next === -1 ? -1 : from + next
  }
  return new Set([...text.matchAll(/\bour ([A-Z][a-z]{5}) team/g)].map(([, name]) => name!))
}

const isBegin = (byte: number): boolean => (byte & 0x7f) === BEGIN
