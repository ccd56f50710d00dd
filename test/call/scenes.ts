/** Calls made up by chance, for properties: kind ones, and hostile ones with noises, late and doubled news and failing services. */
import fc from 'fast-check'
import type { Model, Scene, Utterance } from './world.ts'

const words = fc.array(fc.constantFrom('we', 'use', 'salesforce', 'today', 'no', 'what', 'price'), { minLength: 1, maxLength: 4 })
export const someone: fc.Arbitrary<Utterance> = fc.record({
  gapMs: fc.integer({ min: 20, max: 3000 }),
  speakMs: fc.integer({ min: 100, max: 2000 }),
  words,
  finalAfterMs: fc.integer({ min: 0, max: 1100 }),
  partialAfterMs: fc.option(fc.integer({ min: 0, max: 600 })),
  echoesMs: fc.constant([]),
})
const noisy: fc.Arbitrary<Utterance> = fc.oneof(
  { weight: 3, arbitrary: someone },
  { weight: 1, arbitrary: someone.map(u => ({ ...u, words: [] })) },
)
const unreliable: fc.Arbitrary<Utterance> = fc
  .tuple(noisy, fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 2 }), fc.integer({ min: 0, max: 2500 }))
  .map(([utterance, echoesMs, finalAfterMs]) => ({ ...utterance, echoesMs, finalAfterMs }))
export const model = (fails: fc.Arbitrary<Model['fails']>): fc.Arbitrary<Model> =>
  fc.record({
    firstAudioMs: fc.integer({ min: 0, max: 1500 }),
    words: fc.integer({ min: 1, max: 6 }),
    wordMs: fc.integer({ min: 0, max: 500 }),
    fails,
  })
export const sound = model(fc.constant<Model['fails']>('never'))
export const flaky = model(fc.constantFrom<Model['fails']>('never', 'never', 'silent', 'midway'))

export const scene = (utterance: fc.Arbitrary<Utterance>, models: fc.Arbitrary<Model>): fc.Arbitrary<Scene> =>
  fc.record({
    caller: fc.array(utterance, { minLength: 1, maxLength: 8 }),
    model: fc.array(models, { minLength: 1, maxLength: 6 }),
    declares: fc.boolean(),
    sureAfterMs: fc.constantFrom(0, 60, 100),
    hangUpMs: fc.integer({ min: 1, max: 60_000 }),
    asksRating: fc.boolean(),
  })
export const kind = scene(someone, sound)
/** Some of whose replies are goodbyes. */
const parting = (models: fc.Arbitrary<Model>): fc.Arbitrary<Model> =>
  fc.tuple(models, fc.nat(5)).map(([model, n]) => ({ ...model, farewell: n === 0 }))
export const hostile = scene(unreliable, parting(flaky))
/** On which the first reply is a goodbye, and the caller is asked how the call was. */
export const parted = scene(
  unreliable,
  flaky.map(model => ({ ...model, farewell: true })),
).map(s => ({ ...s, asksRating: true }))
