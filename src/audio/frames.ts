/** The unit of telephone audio: G.711 mu-law, 8 kHz, mono, 20 ms to a frame. Everything else is counted in it. */

/** 20 ms of mu-law audio: exactly 160 bytes. Whoever receives a frame may keep it; nobody writes to it again. */
export type Frame = Uint8Array

export const FRAME_MS = 20
export const BYTES_PER_MS = 8
export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS
/** Mu-law for digital silence. */
export const SILENCE_BYTE = 0xff

/** A frame in which nothing is heard; shared, so never write to it. */
export const silentFrame: Frame = new Uint8Array(FRAME_BYTES).fill(SILENCE_BYTE)

/** How long so many bytes of mu-law play, in milliseconds. */
export const durationMs = (bytes: number): number => bytes / BYTES_PER_MS

/** How many bytes of mu-law play for so many milliseconds, rounded down to whole samples. */
export const byteLength = (ms: number): number => Math.floor(ms * BYTES_PER_MS)
