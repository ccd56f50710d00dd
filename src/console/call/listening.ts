/** Plays a call's recording, and says where it is: one clock for the waveform, the transcript and the buttons. */
import { signal, type ReadonlySignal } from '@preact/signals'

export type Listening = {
  readonly nowMs: ReadonlySignal<number>
  readonly playing: ReadonlySignal<boolean>
  readonly toggle: () => void
  readonly seek: (ms: number) => void
  /** From there on. */
  readonly playFrom: (ms: number) => void
  readonly close: () => void
}

export function listenTo(playable: Blob, lengthMs: number): Listening {
  const address = URL.createObjectURL(playable)
  const audio = new Audio(address)
  const [nowMs, playing] = [signal(0), signal(false)]
  let frame = 0
  const follow = (): void => {
    nowMs.value = audio.currentTime * 1000
    frame = requestAnimationFrame(follow)
  }
  const stopped = (): void => {
    cancelAnimationFrame(frame)
    playing.value = false
  }
  audio.addEventListener('play', () => {
    cancelAnimationFrame(frame)
    playing.value = true
    follow()
  })
  audio.addEventListener('pause', stopped)
  audio.addEventListener('ended', stopped)
  const seek = (ms: number): void => {
    nowMs.value = Math.max(0, Math.min(lengthMs, ms))
    audio.currentTime = nowMs.value / 1000
  }
  // Refused where the browser has no sound, or a pause came first; either way `playing` stays false.
  const play = (): void => void audio.play().catch(stopped)
  return {
    nowMs,
    playing,
    seek,
    toggle: () => (audio.paused ? play() : audio.pause()),
    playFrom(ms) {
      seek(ms)
      play()
    },
    close() {
      cancelAnimationFrame(frame)
      audio.pause()
      URL.revokeObjectURL(address)
    },
  }
}
