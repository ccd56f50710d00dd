/** The wish to hand the caller over to a person: it comes about once the last words have been heard, and never if the caller cuts in. */
import { z } from 'zod'
import { defineTool, words } from './tool.ts'

export const transferToHuman = defineTool({
  name: 'transfer_to_human',
  description:
    'Puts the caller through to a colleague once what you say in this message has been heard. Say in the same message that you ' +
    'are putting them through. When the caller asks for a person, or you cannot help.',
  args: z.strictObject({
    brief: words(400).describe(
      'What the colleague should know: who calls, what about, and what was agreed; one or two sentences.',
    ),
  }),
  task: ({ brief }) => ({ type: 'farewell', then: 'hand-over', brief }),
})
