import { describe, expect, it } from 'vitest'
import { dial } from '../../scripts/lib/dialling.ts'
import { MINE, openEmulated } from './account.ts'

const ALICE = '+15550001111'
const PUBLIC = { PUBLIC_URL: 'https://bot.example.com' }

function open(environment = {}, verified?: readonly string[]) {
  const { rest, config, account, printed, print } = openEmulated({ ...PUBLIC, ...environment }, verified)
  rest.addNumber(MINE)
  const asked: string[] = []
  const isThere = async (url: string): Promise<boolean> => asked.push(url) > 0
  return { rest, printed, asked, parts: { account, config, from: config.twilio.number, isThere, print } }
}

describe('npm run dial', () => {
  it('rings somebody, and joins whoever picks up to the assistant', async () => {
    const { rest, parts, printed, asked } = open({ CALL_MAX_MINUTES: '10' })
    await dial(parts, '+1 (555) 000-1111')
    expect(asked).toEqual(['https://bot.example.com/health'])
    expect(rest.requests.at(-1)).toEqual({
      method: 'post',
      path: '/Calls.json',
      form: {
        To: ALICE,
        From: MINE,
        Url: 'https://bot.example.com/twilio/voice',
        StatusCallback: 'https://bot.example.com/twilio/status',
        StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
        MachineDetection: 'Enable',
        AsyncAmd: 'true',
        AsyncAmdStatusCallback: 'https://bot.example.com/twilio/amd',
        TimeLimit: 660,
      },
    })
    expect(printed[0]).toMatch(/^Calling \+15550001111 from \+15550002222: CA[0-9a-f]{32}$/)
    expect(printed[1]).toBe('On an answering machine it hangs up.')
  })

  it('waits for the end of the machine’s own words if a message is to be left', async () => {
    const { rest, parts, printed } = open({ VOICEMAIL: 'message' })
    await dial(parts, ALICE)
    expect(rest.requests.at(-1)!.form).toMatchObject({ MachineDetection: 'DetectMessageEnd' })
    expect(printed[1]).toBe('An answering machine gets a message.')
  })

  it.each<[what: string, to: string | undefined, message: RegExp]>([
    ['nobody', undefined, /Say whom to call/],
    ['a word', 'alice', /alice is no phone number: write it like/],
    ['a number without its country', '555 0001111', /is no phone number/],
  ])('rings nobody when asked to call %s', async (_, to, message) => {
    const { rest, parts } = open()
    await expect(dial(parts, to)).rejects.toThrow(message)
    expect(rest.requests).toEqual([])
  })

  it('rings nobody when no server would answer, or none can be reached', async () => {
    const { rest, parts } = open()
    await expect(dial({ ...parts, isThere: async () => false }, ALICE)).rejects.toThrow(
      /No server answers at https:\/\/bot.example.com/,
    )
    await expect(dial({ ...parts, config: { ...parts.config, publicUrl: null } }, ALICE)).rejects.toThrow(/PUBLIC_URL is not set/)
    expect(rest.requests).toEqual([])
  })

  it('says what a trial account cannot do', async () => {
    const { parts } = open({}, [])
    await expect(dial(parts, ALICE)).rejects.toThrow(/400\/21219.*Verified Caller IDs/)
  })
})
