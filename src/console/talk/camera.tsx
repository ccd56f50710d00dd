/** One's own picture beside the talk, if one wants it. It is shown and goes nowhere: the assistant has no eyes. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { mayUseDevices, stopTracks, whyNoDevice } from './audio.ts'

export type Camera = { readonly stream: MediaStream | null; readonly fault: string | null; readonly toggle: () => void }

/** Off until asked for, and off with the view. */
export function useCamera(): Camera {
  const [isOn, setOn] = useState(false)
  const [stream, setStream] = useState<MediaStream | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  useEffect(() => {
    if (!isOn) return
    const gone = new AbortController()
    let opened: MediaStream | null = null
    const open = async (): Promise<void> => {
      try {
        opened = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 640 }, facingMode: 'user' } })
        if (gone.signal.aborted) return stopTracks(opened)
        for (const track of opened.getTracks()) track.onended = () => setOn(false)
        setStream(opened)
      } catch (error) {
        setFault(whyNoDevice(error, 'camera'))
        setOn(false)
      }
    }
    void open()
    return () => {
      gone.abort()
      if (opened) stopTracks(opened)
      setStream(null)
    }
  }, [isOn])
  const toggle = (): void => {
    setFault(mayUseDevices() ? null : 'A browser gives a camera only to pages that come by https, or from this machine.')
    if (mayUseDevices()) setOn(!isOn)
  }
  return { stream, fault, toggle }
}

export function OwnPicture({ stream }: { readonly stream: MediaStream }) {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (video.current) video.current.srcObject = stream
  }, [stream])
  return <video class="own-picture" ref={video} autoplay muted playsInline aria-label="Your own picture; only you see it" />
}
