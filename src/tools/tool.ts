/**
 * How a tool is made: a name, a word to the model, and the shape of its arguments, from which the model's schema is derived and
 * by which every call is checked. The same wish becomes the same text, however the model wrote it.
 */
import { z } from 'zod'
import type { Task, Tool } from '../ports.ts'

export type ToolParts<Shape extends z.ZodRawShape> = {
  /** As the model calls it: lower case, with underscores. */
  readonly name: string
  /** When to use it, and what must be known before. */
  readonly description: string
  /** Every property is required; what may be missing is nullable. Each has a description. */
  readonly args: z.ZodObject<Shape>
  /** `wish`: the arguments as text, the same for the same arguments. */
  readonly task: (args: z.output<z.ZodObject<Shape>>, wish: string) => Task
}

/** A line of words from the model, without blanks to spare. */
export const words = (mostCharacters: number) =>
  z
    .string()
    .overwrite(text => text.replaceAll(/\s+/g, ' ').trim())
    .refine(text => text !== '' && text.length <= mostCharacters, `it must have 1 to ${mostCharacters} characters`)

export function defineTool<Shape extends z.ZodRawShape>({ name, description, args, task }: ToolParts<Shape>): Tool {
  const { $schema: _, ...parameters } = z.toJSONSchema(args, { io: 'input' })
  return {
    offer: { name, description, parameters: { ...parameters, additionalProperties: false } },
    read(text) {
      const given = jsonIn(text)
      if (given === undefined) return { type: 'refused', why: `The arguments of ${name} are not JSON. Call it again, properly.` }
      const read = args.safeParse(given)
      if (read.success) return task(read.data, JSON.stringify(read.data))
      const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the arguments'}: ${message}`)
      return {
        type: 'refused',
        why: `The arguments of ${name} will not do: ${faults.join('; ')}. Ask the caller for what is missing.`,
      }
    },
  }
}

function jsonIn(text: string): unknown {
  try {
    // A tool without arguments is called with nothing by some models.
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}
