/** Does something before each picture the browser draws, without drawing the view anew. */
import { useEffect, useRef } from 'preact/hooks'

export function useFrames(draw: () => void): void {
  const latest = useRef(draw)
  latest.current = draw
  useEffect(() => {
    let frame = 0
    const next = (): void => {
      latest.current()
      frame = requestAnimationFrame(next)
    }
    next()
    return () => cancelAnimationFrame(frame)
  }, [])
}
