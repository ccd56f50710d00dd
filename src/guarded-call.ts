/**
 * A fault in one call must cost that call only: an exception that left a call through a socket's listener would end the
 * process with all its calls. This wrapper lets none through.
 */
import type { CallHandle, EndReason } from './calls.ts'
import type { Log } from './log.ts'

/** The same call, whose methods never throw and whose `ended` never rejects. After a fault it is ended and left alone. */
export function guardCall(call: CallHandle, log: Log): CallHandle {
  let giveUp = (): void => {}
  const givenUp = new Promise<void>(resolve => {
    giveUp = resolve
  })
  let broken = false

  function guarded(work: () => void): void {
    if (broken) return
    try {
      work()
    } catch (error) {
      broken = true
      log.error({ err: error }, 'a call is broken and will be ended')
      endBroken()
    }
  }

  function guardedAnswer(work: () => boolean): boolean {
    let answer = false
    guarded(() => {
      answer = work()
    })
    return answer
  }

  function endBroken(): void {
    try {
      call.end('broken' satisfies EndReason)
    } catch (error) {
      log.error({ err: error }, 'a broken call could not be ended and is abandoned')
      giveUp()
    }
  }

  const ended = call.ended.catch((error: unknown) => log.error({ err: error }, 'a call did not end well'))
  return {
    answer: line => guarded(() => call.answer(line)),
    hear: (audio, timestampMs) => guarded(() => call.hear(audio, timestampMs)),
    played: mark => guarded(() => call.played(mark)),
    digit: digit => guarded(() => call.digit(digit)),
    note: (kind, count) => guarded(() => call.note(kind, count)),
    end: reason => guarded(() => call.end(reason)),
    ...(call.leave && { leave: why => guarded(() => call.leave?.(why)) }),
    ...(call.say && { say: text => guardedAnswer(() => call.say?.(text) ?? false) }),
    ...(call.transfer && { transfer: brief => guarded(() => call.transfer?.(brief)) }),
    ...(call.hangUp && { hangUp: () => guarded(() => call.hangUp?.()) }),
    ended: Promise.race([ended, givenUp]),
  }
}
