/**
 * How fast the emulated services are, in four profiles. The one place with these figures; all other code takes them from here.
 *
 * - `typical`: AssemblyAI ends turns 121 ms (p50) after the silence that makes them, and a session begins after 1.25 s (its
 *   turn-detection page; measured Sep 2026). A GPT-4 class model's first token comes after 350 ms and 30 more a second. ElevenLabs
 *   flash speaks 150 to 200 ms after the text (its latency page).
 * - `fast`: what the vendors advertise at their best. ElevenLabs' flash: 75 ms.
 * - `slow`: AssemblyAI's p90 (212 ms), a busy model, ElevenLabs as measured live on a warm socket (255 to 260 ms).
 * - `common`: the script by which published voice assistants were compared: words final 300 ms after the caller's last voiced
 *   frame, first token 350 ms, 30 tokens/s, first audio 120 ms, and the rest of the audio at once.
 */

export const PROFILE_NAMES = ['fast', 'typical', 'slow', 'common'] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

/** Milliseconds, but for the rates. */
export type Profile = {
  /** Recogniser: session opened, word final once 80 ms of audio follow it, turn ended, turn ended on demand. */
  readonly beginMs: number
  readonly partialMs: number
  readonly finalMs: number
  readonly endMs: number
  readonly forceMs: number
  /** Model. */
  readonly firstTokenMs: number
  readonly tokensPerSecond: number
  /** Voice: first audio, and how much faster than speech the rest is made. */
  readonly firstAudioMs: number
  readonly realTimeFactor: number
}

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  // prettier-ignore
  fast:    { beginMs:  300, partialMs:  80, finalMs:  60, endMs:  40, forceMs: 150, firstTokenMs: 120, tokensPerSecond: 100, firstAudioMs:  75, realTimeFactor: 20 },
  // prettier-ignore
  typical: { beginMs: 1250, partialMs: 150, finalMs: 170, endMs: 121, forceMs: 267, firstTokenMs: 350, tokensPerSecond:  30, firstAudioMs: 175, realTimeFactor:  8 },
  // prettier-ignore
  slow:    { beginMs: 1300, partialMs: 250, finalMs: 260, endMs: 212, forceMs: 315, firstTokenMs: 800, tokensPerSecond:  20, firstAudioMs: 260, realTimeFactor:  5 },
  // The recogniser gets audio in 60 ms messages from the moment the pause is known: a word is sure with the one 120 ms after
  // it, a turn's end with the one at 180 ms. Two milliseconds are for the timers.
  // prettier-ignore
  common:  { beginMs: 1250, partialMs: 150, finalMs: 178, endMs: 118, forceMs: 267, firstTokenMs: 350, tokensPerSecond:  30, firstAudioMs: 120, realTimeFactor: 1000 },
}

export const isProfileName = (name: string): name is ProfileName => PROFILE_NAMES.includes(name as ProfileName)

/** When the message comes that carries the audio which makes a word sure, and a turn's end: see `common`. */
const WORD_SURE_MS = 120
const TURN_SURE_MS = 180

export const describeProfile = ({ finalMs, endMs, firstTokenMs, tokensPerSecond, firstAudioMs }: Profile): string =>
  `words final ${WORD_SURE_MS + finalMs} ms after the last voice, the turn ended after ${TURN_SURE_MS + endMs}; ` +
  `first token ${firstTokenMs} ms, ${tokensPerSecond}/s; first audio ${firstAudioMs} ms`
