/** Sends the caller a text message, to the number they are calling from and no other, whatever the model or the caller asks for. */
import { z } from 'zod'
import type { Outcome, Tool } from '../ports.ts'
import { defineTool, words } from './tool.ts'

/** Four parts of a long message; what is read on a telephone is short. */
const MOST_CHARACTERS = 600

/** `send` says what came of it; it knows the number. */
export const sendSms = (send: (key: string, text: string) => Promise<Outcome>): Tool =>
  defineTool({
    name: 'send_sms',
    description:
      'Sends a text message to the number the caller is calling from; no other number can be reached. Only if the caller has ' +
      'agreed to get one. Say only what you know to be true; no links but the company’s own.',
    args: z.strictObject({
      text: words(MOST_CHARACTERS).describe('The message: plain text, complete in itself, with the company’s name.'),
    }),
    task: ({ text }, args) => ({
      type: 'effect',
      args,
      repeatable: false,
      filler: 'One moment, I am sending it.',
      run: key => send(key, text),
    }),
  })
