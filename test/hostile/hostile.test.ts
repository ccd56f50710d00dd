import { describe, expect, it } from 'vitest'
import { callSid } from '../twilio/wire.ts'
import { attacks, CAPTURED_CALL, type AttackName, type Outcome } from './attacks.ts'
import { gapsMs, talkTo } from './live-call.ts'
import { openTarget, type Target } from './target.ts'

/** Attacks a server while somebody says two words to it, and makes sure that this caller does not notice. */
async function underAttack(name: AttackName, forMs = 2_000): Promise<{ outcome: Outcome; target: Target }> {
  const target = await openTarget()
  try {
    const call = talkTo(target.port, 1, 2)
    await call.begun
    const usedTicket = target.usedTicketFor(CAPTURED_CALL)
    const outcome = await attacks[name]({ port: target.port, usedTicket, ticketOfAnother: target.ticketFor(callSid(3)) }, forMs)
    // Rejects if Twilio would have refused anything of this call.
    const record = await call.ended
    expect(target.framesHeard(record.identity.callSid)).toBe(record.legs.caller.length / 160)
    for (const gap of gapsMs(record, 2)) expect(gap).toBeGreaterThanOrEqual(500)
    return { outcome, target }
  } finally {
    await target.close()
  }
}

const answers = (outcome: Outcome): readonly string[] => Object.keys(outcome).sort()

describe.concurrent('while somebody is on the phone', () => {
  it('forged webhooks are refused 60 times, and not looked at further', async () => {
    const { outcome, target } = await underAttack('forged webhooks')
    expect(answers(outcome)).toEqual(['403', '429'])
    expect(outcome['403']).toBe(60)
    expect(target.logged.filter(line => line.includes('refused a request'))).toHaveLength(60)
  })

  it('forged handshakes are refused', async () => {
    expect(answers((await underAttack('forged handshakes')).outcome)).toEqual(['403', '429'])
  })

  it('a replayed webhook makes one call ring, however often it comes', async () => {
    const { outcome, target } = await underAttack('a replayed webhook')
    expect(outcome['200']).toBe(60)
    expect(answers(outcome)).toEqual(['200', '429'])
    expect(target.framesHeard(CAPTURED_CALL)).toBe(0)
  })

  it('a replayed ticket opens no stream', async () => {
    const { outcome, target } = await underAttack('a replayed ticket')
    expect(answers(outcome)).toEqual(['1008 the ticket has been used', '429'])
    expect(target.framesHeard(CAPTURED_CALL)).toBeUndefined()
  })

  it('the ticket of another call opens no stream', async () => {
    expect(answers((await underAttack('a ticket of another call')).outcome)).toEqual(['1008 the ticket is not for this call'])
  })

  it('handshakes sent byte by byte are given up within seconds', async () => {
    expect((await underAttack('handshakes byte by byte', 12_000)).outcome).toEqual({ '408': 200 })
  })

  it('1,000 connections that say nothing are closed within seconds', async () => {
    expect((await underAttack('1,000 idle connections', 12_000)).outcome).toEqual({ '408': 1_000 })
  })

  it('of 1,000 streams that say nothing a few are let in, and closed within seconds', async () => {
    const { outcome, target } = await underAttack('1,000 idle streams', 12_000)
    // 10 calls and 50 to spare, one of which is the caller's.
    expect(outcome).toEqual({ '1008 no start message came': 59, '503': 941 })
    expect(target.openSockets()).toBe(0)
  })

  it('messages of a megabyte end the stream', async () => {
    expect(answers((await underAttack('messages of a megabyte')).outcome)).toEqual(['1009'])
  })

  it('messages without end do too', async () => {
    expect(answers((await underAttack('messages without end')).outcome)).toEqual(['1008'])
  })

  it('floods of binary messages are cut off', async () => {
    expect(answers((await underAttack('floods of binary messages')).outcome)).toEqual(['1008 too-many-messages'])
  })

  it('floods of audio are cut off', async () => {
    expect(answers((await underAttack('floods of audio')).outcome)).toEqual(['1008 too-many-messages'])
  })

  it('bombs of headers are refused', async () => {
    expect(answers((await underAttack('bombs of headers')).outcome)).toEqual(['431'])
  })

  it('forms of thousands of fields are refused before they are hashed', async () => {
    const { outcome, target } = await underAttack('forms of three thousand fields')
    expect(answers(outcome)).toEqual(['403', '429'])
    expect(target.logged.join('')).toContain('it has more than 200 fields')
  })

  it('bodies of ten megabytes are refused unread', async () => {
    const { outcome } = await underAttack('bodies of ten megabytes')
    expect(answers(outcome).filter(answer => answer !== 'cut')).toEqual(['413'])
  })
})
