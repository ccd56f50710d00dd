/** A worker thread for tests that never gets ready. */
import { answerQuestions } from '../../../src/providers/local/worker-link.ts'

await answerQuestions<number, number>(async () => {
  throw new Error('the weights are missing')
})
