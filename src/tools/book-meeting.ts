/** Puts a meeting or a call back down, for a colleague to confirm. No calendar is looked into, and nothing is promised. */
import { z } from 'zod'
import type { Tool } from '../ports.ts'
import { defineTool, words } from './tool.ts'

export type Meeting = {
  readonly time: string
  readonly name: string | null
  readonly contact: string | null
  readonly note: string | null
}

/** `keep` resolves once the meeting is stored; the same key is the same meeting. */
export const bookMeeting = (keep: (key: string, meeting: Meeting) => Promise<void>): Tool =>
  defineTool({
    name: 'book_meeting',
    description:
      'Puts a meeting, a demo or a call back down for a colleague to confirm. Only once the caller has said when, and has agreed ' +
      'to what you read back. It does not look into any calendar: do not promise that the time is free.',
    args: z.strictObject({
      time: words(120).describe(
        'Day and time in the caller’s words, such as "next Tuesday at three"; "any time" for a call back.',
      ),
      name: words(120).nullable().describe('The caller’s name, or null if it was not given.'),
      contact: words(200)
        .nullable()
        .describe('Number or e-mail address to reach the caller, or null for the number they call from.'),
      note: words(500).nullable().describe('What it is about, in a few words, or null.'),
    }),
    task: (meeting, args) => ({
      type: 'effect',
      args,
      repeatable: true,
      filler: 'One moment, I am putting that down.',
      async run(key) {
        await keep(key, meeting)
        const { time, name } = meeting
        return { done: true, says: `It is put down: ${time}${name === null ? '' : `, for ${name}`}. A colleague confirms it.` }
      },
    }),
  })
