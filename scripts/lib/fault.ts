/** Why a program that a person runs cannot go on: the message is told to that person, without a stack trace. */
export class Fault extends Error {
  /** 1: it did not work. 2: it was called wrongly. */
  readonly exitCode: 1 | 2

  constructor(exitCode: 1 | 2, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Runs a program; what a Fault says goes to standard error, and its code to whoever waits for the program. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.exitCode
  }
}
