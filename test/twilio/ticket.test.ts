import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { FIRST_LEG, openTickets } from '../../src/twilio/ticket.ts'
import { callSid } from './wire.ts'

const [ALICE, BOB] = [callSid(0xa), callSid(0xb)]

function open(...keys: readonly string[]) {
  const clock = { ms: Date.UTC(2026, 10, 21) }
  const [first = 'key', ...others] = keys
  const tickets = openTickets([new Secret(first), ...others.map(key => new Secret(key))], () => clock.ms)
  return { clock, tickets }
}

describe('a ticket', () => {
  it('is good once, for its own call, for less than 60 seconds', () => {
    const { clock, tickets } = open()
    const [early, late] = [tickets.issue(ALICE), tickets.issue(ALICE)]

    expect(tickets.redeem(BOB, early)).toBe('foreign-ticket')
    expect(tickets.redeem(ALICE, early)).toEqual(FIRST_LEG)
    expect(tickets.redeem(ALICE, early)).toBe('replayed-ticket')
    clock.ms += 59_999
    expect(tickets.redeem(ALICE, late)).toEqual(FIRST_LEG)
    clock.ms += 1
    expect(tickets.redeem(ALICE, late)).toBe('expired-ticket')
  })

  it('is remembered as used until it expires, and forgotten then', () => {
    const { clock, tickets } = open()
    const ticket = tickets.issue(ALICE)
    tickets.redeem(ALICE, ticket)
    clock.ms += 59_999
    for (let n = 0; n < 100; n++) tickets.redeem(BOB, tickets.issue(BOB))
    expect(tickets.redeem(ALICE, ticket)).toBe('replayed-ticket')
  })

  it.each([undefined, ''])('that is %j is missing', ticket => {
    expect(open().tickets.redeem(ALICE, ticket)).toBe('missing-ticket')
  })

  it('of one machine is good on another with the same key, and only there', () => {
    const ticket = open('shared').tickets.issue(ALICE)
    expect(open('shared').tickets.redeem(ALICE, ticket)).toEqual(FIRST_LEG)
    expect(open('other').tickets.redeem(ALICE, ticket)).toBe('foreign-ticket')
  })

  it('made with the old key is good while the old key is', () => {
    const ticket = open('old').tickets.issue(ALICE)
    expect(open('new', 'old').tickets.redeem(ALICE, ticket)).toEqual(FIRST_LEG)
    expect(open('new').tickets.redeem(ALICE, ticket)).toBe('foreign-ticket')
  })

  it('cannot be given a longer life, another number or another call, nor be guessed', () => {
    const { tickets } = open()
    const [expiry, number, leg, , hash] = tickets.issue(ALICE).split('.') as [string, string, string, string, string]
    for (const changed of [
      `${Number(expiry) + 1}.${number}.${leg}..${hash}`,
      `${expiry}.1${number}.${leg}..${hash}`,
      `${expiry}.${number}.2..${hash}`,
      `${expiry}.${number}.${leg}.YQ.${hash}`,
      `${expiry}.${number}.${leg}..`,
    ]) {
      expect(tickets.redeem(ALICE, changed)).toBe('foreign-ticket')
    }
    fc.assert(fc.property(fc.string(), text => tickets.redeem(ALICE, `${expiry}.${number}.${leg}..${text}`) === 'foreign-ticket'))
    fc.assert(fc.property(fc.string({ minLength: 1 }), text => tickets.redeem(ALICE, text) === 'foreign-ticket'))
  })

  it('says for which leg of the call and which conversation it was issued', () => {
    const { tickets } = open()
    const admission = { leg: 3, conversationId: 'c.1-ä' }
    expect(tickets.redeem(ALICE, tickets.issue(ALICE, admission))).toEqual(admission)
  })

  it('shows neither the key nor the call', () => {
    const ticket = open('the key').tickets.issue(ALICE)
    expect(ticket).toMatch(/^\d+\.\d+\.\d+\.\.[\w-]{43}$/)
    // Twilio takes name and value of a parameter only below 500 characters together.
    expect(ticket.length).toBeLessThan(100)
  })
})
