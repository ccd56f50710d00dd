/**
 * A language model whose every answer follows from the whole of what it is asked: a single other byte in the request, and it
 * says something else, at another pace. So two bots that once ask differently go on differently.
 */
import { createHash } from 'node:crypto'
import type { Message } from '../../src/ports.ts'
import { chance } from '../vendors/twilio/chance.ts'
import { saying, type FakeReply } from '../support/fake-think.ts'
import { endsCall } from '../support/tools.ts'
import { between, oneOf, type Random } from './plan.ts'

export function answerTo(messages: readonly Message[]): FakeReply {
  const random = chance(createHash('sha256').update(JSON.stringify(messages)).digest().readInt32LE(0))
  const text = Array.from({ length: between(random, 1, 3) }, () => sentence(random)).join(' ')
  const pieces = text.match(/\s*\S{1,7}|\s+$/g) ?? []
  const reply = saying(pieces, between(random, 120, 900), between(random, 8, 60))
  const isLast = random() < 0.03
  return isLast ? { ...reply, thoughts: [...reply.thoughts, { afterMs: 0, thought: endsCall }] } : reply
}

const sentence = (random: Random): string =>
  oneOf(random, sentences)
    .replaceAll('#', () => String(between(random, 2, 9)))
    .replaceAll('@', () => oneOf(random, subjects))

const subjects = ['the dialer', 'your team', 'Nooks', 'coaching', 'the trial', 'Salesforce', 'a rep']
const sentences = [
  'Sure.',
  'Right, about @.',
  'We have **#** plans, and @ is in all of them.',
  'It is $1,#00 a year for @, or about 2#% less if you pay at once.',
  'Most teams see #0-#5 calls an hour with @, up from # or so.',
  'Would you rather talk about @ first, or shall we look at what # people would pay for it?',
  'How many people are on your team?',
  'Is it @ that you care about most?',
  'Dr. Lee wrote about @ on Jan. #; I can send it to you at #:30 p.m. tomorrow.',
  'Call 555-01#2, ext. #, or write to sales@nooks.ai! 😀',
  '- @\n- reports\n- and # more things',
  'That depends: with @ it takes # days, without it rather longer, because somebody has to enter every number by hand.',
]
