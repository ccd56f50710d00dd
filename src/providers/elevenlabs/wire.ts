/**
 * What goes over the multi-context WebSocket, as the service spells it. Everything the server sends is read here and nowhere
 * else; whatever is malformed becomes `unreadable` and is never taken for audio.
 */
import type { VoiceSettings } from './settings.ts'
import { wireVoiceSettings } from './settings.ts'

/** Which characters are spoken when: milliseconds from the start of the audio they came with. */
export type Alignment = {
  readonly chars: readonly string[]
  readonly startsMs: readonly number[]
  readonly durationsMs: readonly number[]
}

export type ServerFrame =
  /** Either part may be missing; `final` is a context's last frame, and may carry audio all the same. */
  | {
      readonly type: 'speech'
      readonly contextId: string | null
      readonly audio: Uint8Array | null
      readonly alignment: Alignment | null
      readonly final: boolean
    }
  | { readonly type: 'error'; readonly error: string; readonly message: string }
  /** News that changes nothing, such as `flush_done`, which is not the end of a context. */
  | { readonly type: 'other' }
  | { readonly type: 'unreadable' }

/**
 * Reads one frame. Names are accepted in both spellings seen in the wild: `contextId` and `context_id`, `isFinal` and
 * `is_final`, `charDurationsMs` and `charsDurationsMs`.
 */
export function readFrame(data: string): ServerFrame {
  const frame = parseObject(data)
  if (!frame) return { type: 'unreadable' }
  const { error, message } = frame
  if (error !== undefined && error !== null) return { type: 'error', error: asText(error), message: asText(message) }
  const contextId = frame['contextId'] ?? frame['context_id']
  const final = (frame['isFinal'] ?? frame['is_final']) === true
  const { audio } = frame
  if (!final && typeof audio !== 'string') return { type: 'other' }
  return {
    type: 'speech',
    contextId: typeof contextId === 'string' ? contextId : null,
    audio: typeof audio === 'string' && audio !== '' ? Buffer.from(audio, 'base64') : null,
    alignment: readAlignment(frame['alignment']),
    final,
  }
}

function readAlignment(value: unknown): Alignment | null {
  if (typeof value !== 'object' || value === null) return null
  const alignment = value as Readonly<Record<string, unknown>>
  const chars = alignment['chars']
  const startsMs = alignment['charStartTimesMs']
  const durationsMs = alignment['charDurationsMs'] ?? alignment['charsDurationsMs']
  if (!isArrayOf(chars, 'string') || !isArrayOf(startsMs, 'number') || !isArrayOf(durationsMs, 'number')) return null
  return chars.length === startsMs.length ? { chars, startsMs, durationsMs } : null
}

/** A context's first message: a single space, and the only place where the service accepts voice settings. */
export const opening = (contextId: string, settings: VoiceSettings): string =>
  JSON.stringify({ text: ' ', context_id: contextId, voice_settings: wireVoiceSettings(settings) })

/** Text ends with a space, or the service takes its last word for the beginning of a longer one. */
export const saying = (contextId: string, text: string): string =>
  JSON.stringify({ text: `${text.trim()} `, context_id: contextId })

export const flushing = (contextId: string): string => JSON.stringify({ context_id: contextId, flush: true })

export const closing = (contextId: string): string => JSON.stringify({ context_id: contextId, close_context: true })

/** Resets a context's inactivity time-out and says nothing. As a context's first message it would break it. */
export const keepingAlive = (contextId: string): string => JSON.stringify({ text: '', context_id: contextId })

export const closingSocket = (): string => JSON.stringify({ close_socket: true })

export function parseObject(data: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    // Not JSON: the caller treats it as malformed, which is all there is to know about it.
    return null
  }
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)

function isArrayOf(value: unknown, type: 'string'): value is string[]
function isArrayOf(value: unknown, type: 'number'): value is number[]
function isArrayOf(value: unknown, type: string): boolean {
  return Array.isArray(value) && value.every(item => typeof item === type)
}
