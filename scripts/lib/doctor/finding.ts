/** What the doctor found: one line for each thing looked at. */
import { styleText } from 'node:util'

/** `fine`: nothing to do. `mind`: it works, but may not for long, or could not be looked at. `broken`: calls will fail. */
export type Finding = { readonly name: string; readonly state: 'fine' | 'mind' | 'broken'; readonly told: string }

export const fine = (name: string, told: string): Finding => ({ name, state: 'fine', told })
export const mind = (name: string, told: string): Finding => ({ name, state: 'mind', told })
export const broken = (name: string, told: string): Finding => ({ name, state: 'broken', told })

const marks = { fine: ['green', '✓'], mind: ['yellow', '!'], broken: ['red', '✗'] } as const

export function line({ name, state, told }: Finding): string {
  const [colour, mark] = marks[state]
  return `${styleText(colour, mark)} ${name.padEnd(15)} ${told}`
}

/** What a service says of itself: its problems and warnings, or, if there are none, that all is well. */
export const findingsOf = (
  name: string,
  { problems, warnings }: { readonly problems: readonly string[]; readonly warnings: readonly string[] },
  well: string,
): readonly Finding[] => [
  ...problems.map(problem => broken(name, problem)),
  ...(problems.length === 0 ? [fine(name, well)] : []),
  ...warnings.map(warning => mind(name, warning)),
]

/** A secret that found its way into somebody's message goes no further. */
export const withoutSecrets = (finding: Finding, secrets: readonly string[]): Finding => ({
  ...finding,
  told: secrets.reduce((told, secret) => told.replaceAll(secret, '[secret]'), finding.told),
})
