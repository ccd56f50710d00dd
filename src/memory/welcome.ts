/** How a caller is greeted who has called before. Pure. */
import type { Lines } from '../assistant/assistant.ts'
import type { Recalled } from './recall.ts'

/** The ways to greet, the best first; the last is always at hand. */
export const greetingsFor = (lines: Lines, recalled: Recalled | null): readonly string[] => {
  if (recalled === null) return [lines.greeting]
  if (recalled.continues !== null) return [lines.goOn, lines.greeting]
  const byName = namedGreeting(lines, recalled)
  return [...(byName === null ? [] : [byName]), lines.welcomeBack, lines.greeting]
}

/** The greeting with the caller's first name, or null if none is known that could be said. */
export const namedGreeting = (lines: Lines, { name, continues }: Recalled): string | null => {
  const first = /^\p{L}[\p{L}'’-]{1,19}/u.exec(name ?? '')?.[0]
  return first === undefined || continues !== null ? null : lines.welcomeBackByName.replace('{name}', first)
}
