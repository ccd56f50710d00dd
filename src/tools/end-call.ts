/** The wish to end the call: it is hung up once the goodbye has been heard, and goes on if the caller cuts in. */
import { z } from 'zod'
import { defineTool } from './tool.ts'

export const endCall = defineTool({
  name: 'end_call',
  description:
    'Ends the call once what you say in this message has been heard. Say goodbye in the same message. Only when the caller is done.',
  args: z.strictObject({}),
  task: () => ({ type: 'farewell', then: 'hang-up', brief: '' }),
})
