/**
 * Questions to a worker thread and its answers, so that an engine's work never holds up the event loop.
 *
 * Each question gets exactly one answer or one error. A worker that dies fails the questions it had open; the next question
 * starts a new one. Order, fairness and limits are the asker's affair.
 */
import { parentPort, Worker } from 'node:worker_threads'

type Asked<Question> = { readonly id: number; readonly question: Question }
type Answered<Answer> =
  | { readonly type: 'ready' }
  | { readonly type: 'unable'; readonly reason: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'error'; readonly id: number; readonly reason: string }

export interface WorkerLink<Question, Answer> {
  /** Rejects with the worker's error, or if the worker dies or is closed. */
  ask(question: Question): Promise<Answer>
  /** Ends the thread; open questions are rejected. Afterwards nothing may be asked. */
  close(): Promise<void>
}

type Waiting<Answer> = { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }

/** Starts the worker and resolves once it is ready for questions; rejects if it cannot get ready. */
export async function openWorkerLink<Question, Answer>(file: URL): Promise<WorkerLink<Question, Answer>> {
  const waiting = new Map<number, Waiting<Answer>>()
  let lastId = 0
  let worker: Promise<Worker> | null = null
  let closed = false

  const lose = (reason: string): void => {
    worker = null
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }
  const receive = (message: Answered<Answer>): void => {
    if (message.type === 'ready' || message.type === 'unable') return
    const asker = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'answer') asker?.resolve(message.answer)
    else asker?.reject(new Error(message.reason))
  }
  const running = (): Promise<Worker> => (worker ??= startWorker(file, receive, lose))

  await running()
  return {
    async ask(question) {
      if (closed) throw new Error('the engine has been closed')
      const thread = await running()
      return new Promise<Answer>((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        thread.postMessage({ id, question } satisfies Asked<Question>)
      })
    },
    async close() {
      closed = true
      const thread = await worker
      await thread?.terminate()
      lose('the engine has been closed')
    },
  }
}

function startWorker<Answer>(
  file: URL,
  receive: (message: Answered<Answer>) => void,
  lose: (reason: string) => void,
): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file)
    let lost = false
    const fail = (reason: string): void => {
      if (lost) return
      lost = true
      lose(reason)
      reject(new Error(reason))
    }
    worker.on('message', (message: Answered<Answer>) => {
      if (message.type === 'ready') resolve(worker)
      else if (message.type === 'unable') fail(message.reason)
      else receive(message)
    })
    worker.on('error', (error: unknown) => fail(reasonOf(error)))
    worker.on('exit', () => fail('the worker thread has ended'))
  })
}

/**
 * The worker's side: gets ready with `load`, then answers each question with what `load` returned. An answer's buffers named
 * by `transferred` are handed over instead of copied.
 */
export async function answerQuestions<Question, Answer>(
  load: () => Promise<(question: Question) => Promise<Answer>>,
  transferred: (answer: Answer) => readonly ArrayBuffer[] = () => [],
): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('answerQuestions runs in a worker thread only')
  const send = (message: Answered<Answer>, buffers: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...buffers])
  try {
    const answer = await load()
    port.on('message', ({ id, question }: Asked<Question>) => {
      answer(question).then(
        result => send({ type: 'answer', id, answer: result }, transferred(result)),
        (error: unknown) => send({ type: 'error', id, reason: reasonOf(error) }),
      )
    })
    send({ type: 'ready' })
  } catch (error) {
    send({ type: 'unable', reason: reasonOf(error) })
    port.close()
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
