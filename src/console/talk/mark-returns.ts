/**
 * Gives marks back when their audio has been heard. The worklet knows when it handed the audio on; the browser and the device
 * take their time on top, and a mark that came back before that would have the assistant believe that it was heard.
 */
export type After = (delayMs: number, callback: () => void) => () => void

export class MarkReturns {
  readonly #after: After
  readonly #giveBack: (name: string) => void
  #waiting: { readonly name: string; readonly callOff: () => void }[] = []

  constructor(after: After, giveBack: (name: string) => void) {
    this.#after = after
    this.#giveBack = giveBack
  }

  /** The audio before this mark will have been heard in so many milliseconds. Marks are told in order, and come back in order. */
  reached(name: string, inMs: number): void {
    const waiting = {
      name,
      callOff: this.#after(Math.max(0, inMs), () => this.#backTo(waiting)),
    }
    this.#waiting.push(waiting)
  }

  /** The rest was thrown away unheard: everything comes back at once, as with Twilio. */
  cleared(names: readonly string[]): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { callOff } of waiting) callOff()
    for (const name of [...waiting.map(each => each.name), ...names]) this.#giveBack(name)
  }

  /** Gives nothing back any more. */
  stop(): void {
    for (const { callOff } of this.#waiting) callOff()
    this.#waiting = []
  }

  /** A timer may be late by some milliseconds, and the next one's by fewer. */
  #backTo(last: { readonly name: string; readonly callOff: () => void }): void {
    const upTo = this.#waiting.indexOf(last)
    for (const { name, callOff } of this.#waiting.splice(0, upTo + 1)) {
      callOff()
      this.#giveBack(name)
    }
  }
}
