/** A worker thread for tests: it doubles numbers, fails for negative ones, dies of 0. */
import { answerQuestions } from '../../../src/providers/local/worker-link.ts'

await answerQuestions<number, number>(async () => async question => {
  if (question < 0) throw new Error(`${question} is negative`)
  if (question === 0) setImmediate(() => process.exit(1))
  return question === 0 ? new Promise<number>(() => {}) : question * 2
})
