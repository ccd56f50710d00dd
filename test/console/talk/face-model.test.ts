import { describe, expect, it } from 'vitest'
import type { Entry } from '../../../src/call/journal.ts'
import { FaceModel, mouthPath, SHUT } from '../../../src/console/talk/face-model.ts'

const LOUD = 0.3
const began = (id: number): Entry => ({ at: 0, ms: 0, type: 'first-frame', id })
/** "Ah" from 0 to 80 ms, "ooh" from 80 to 160. */
const curve = { fromMs: 0, stepMs: 40, open: [0.9, 0.9, 0.4, 0.4], round: [0.1, 0.1, 1, 1] }

describe('the drawn mouth', () => {
  it('has the shape of what is heard now: the next mark tells which place of the reply that is', () => {
    const face = new FaceModel()
    face.learn({ id: 1, ...curve })
    face.follow(began(1))
    face.hear(LOUD, { name: '1:300', inMs: 290 })
    expect(face.mouth).toEqual({ open: 0.9, round: 0.1 })
    face.hear(LOUD, { name: '1:300', inMs: 190 })
    expect(face.mouth).toEqual({ open: 0.4, round: 1 })
  })

  it('opens less for what is faint, and is shut in silence', () => {
    const face = new FaceModel()
    face.learn({ id: 1, ...curve })
    face.follow(began(1))
    face.hear(0.04, { name: '1:300', inMs: 290 })
    expect(face.mouth.open).toBeCloseTo(0.45)
    face.hear(0.001, { name: '1:300', inMs: 290 })
    expect(face.mouth).toEqual(SHUT)
  })

  it('does not speak a draft, nor the reply before', () => {
    const face = new FaceModel()
    face.learn({ id: 1, ...curve })
    face.learn({ id: 2, ...curve, open: [0, 0, 0, 0] })
    face.follow(began(1))
    face.hear(LOUD, { name: '1:300', inMs: 290 })
    expect(face.mouth.open).toBe(0.9)
    face.follow(began(2))
    face.hear(LOUD, { name: '2:300', inMs: 290 })
    expect(face.mouth.open).toBe(0)
  })

  it('goes by loudness alone where nothing is known of the words', () => {
    const face = new FaceModel()
    face.hear(LOUD, null)
    expect(face.mouth.open).toBeGreaterThan(0.5)
    face.hear(LOUD, { name: 'a mark of somebody else', inMs: 10 })
    expect(face.mouth.open).toBeGreaterThan(0.5)
  })

  it('is drawn as a closed outline, a smile when shut, taller when open, narrower when round', () => {
    const numbers = (path: string) => path.match(/-?[\d.]+/g)!.map(Number)
    const [, , , upper, , , , lower] = numbers(mouthPath(SHUT))
    expect(upper).toBeGreaterThan(5)
    expect(lower).toBe(upper)
    const [wide, , , top, , , , bottom] = numbers(mouthPath({ open: 1, round: 0 }))
    expect(bottom! - top!).toBeGreaterThan(40)
    expect(Math.abs(numbers(mouthPath({ open: 1, round: 1 }))[0]!)).toBeLessThan(Math.abs(wide!))
  })
})
