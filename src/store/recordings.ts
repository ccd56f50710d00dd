/** The recordings of a call as WAV files, for whoever listens: each leg by itself, or both. Also of a call that goes on. */
import { open, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { WAV_HEADER_BYTES, wavHeader } from '../audio/wav.ts'
import { fileNames } from './call-folder.ts'

export const LEGS = ['caller', 'bot', 'mixed'] as const
export type Leg = (typeof LEGS)[number]

export type Recording = {
  /** As a WAV file, header included, at the moment it was asked for. */
  readonly bytes: number
  /** The bytes from `start` up to, not including, `end`, in pieces. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

const PIECE_BYTES = 64 * 1024

/** Null if it is not on this machine. */
export async function recordingOf(callsDir: string, folder: string, leg: Leg): Promise<Recording | null> {
  if (folder === '' || basename(folder) !== folder) return null
  const path = join(callsDir, folder, fileNames[leg])
  const file = await stat(path).catch(() => null)
  if (!file?.isFile()) return null
  // The legs are kept as bare mu-law; both together already are a WAV file, whose header grows with it.
  const audioBytes = leg === 'mixed' ? Math.max(0, file.size - WAV_HEADER_BYTES) : file.size
  const header = wavHeader(leg === 'mixed' ? 2 : 1, audioBytes)
  const inFile = leg === 'mixed' ? 0 : WAV_HEADER_BYTES
  return {
    bytes: header.length + audioBytes,
    async *read(start, end) {
      if (start < header.length) yield header.subarray(start, Math.min(end, header.length))
      const from = Math.max(start, header.length) - inFile
      if (end - inFile > from) yield* piecesOf(path, from, end - inFile)
    },
  }
}

async function* piecesOf(path: string, start: number, end: number): AsyncIterable<Uint8Array> {
  const file = await open(path)
  try {
    for (let at = start; at < end;) {
      const { bytesRead, buffer } = await file.read(
        Buffer.alloc(Math.min(PIECE_BYTES, end - at)),
        0,
        Math.min(PIECE_BYTES, end - at),
        at,
      )
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}
