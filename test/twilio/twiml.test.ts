import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SaxesParser } from 'saxes'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StartFault } from '../../src/start.ts'
import { loadTwiml } from '../../src/twilio/twiml.ts'

/** The shipped files, with one of them changed. */
function folderWith(name: string, content: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'twiml-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync('twiml', folder, { recursive: true })
  if (content === null) rmSync(join(folder, name))
  else writeFileSync(join(folder, name), content)
  return folder
}

const elsewhere = { status: 'https://x/status', after: 'https://x/after' }

describe('the shipped TwiML', () => {
  const twiml = loadTwiml('twiml')

  it('connects the caller and hangs up after that', () => {
    const xml = twiml.answer({
      stream: 'wss://bot.example.com/twilio/media',
      from: '+15550001111',
      to: '+15550002222',
      ticket: 't1',
      ...elsewhere,
    })
    expect(xml.replace(/>\s+</g, '><')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response><Connect action="https://x/after">' +
        '<Stream url="wss://bot.example.com/twilio/media" statusCallback="https://x/status">' +
        '<Parameter name="from" value="+15550001111"/><Parameter name="to" value="+15550002222"/>' +
        '<Parameter name="ticket" value="t1"/></Stream></Connect><Hangup/></Response>\n',
    )
  })

  it('apologises when busy or broken, and hangs up', () => {
    expect(twiml.busy).toMatch(/<Say>[^<]*busy[^<]*<\/Say>\s*<Hangup\/>/)
    expect(twiml.overflow('+15550009999')).toMatch(/<Dial timeout="20">\+15550009999<\/Dial>\s*<Say>[^<]+<\/Say>\s*<Hangup\/>/)
    expect(twiml.sorry).toMatch(/<Say>[^<]*wrong[^<]*<\/Say>\s*<Hangup\/>/)
  })

  it('leaves out of a name what XML cannot hold', () => {
    expect(twiml.answer({ stream: '', from: 'a\u0000\u001b\ufffe\uffffb', to: '', ticket: '', ...elsewhere })).toContain(
      'name="from" value="ab"',
    )
  })

  it('stays well-formed whatever the caller is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), from => {
        const values: string[] = []
        const parser = new SaxesParser()
        parser.on('opentag', tag => values.push(...Object.values(tag.attributes)))
        parser.on('error', error => {
          throw error
        })
        parser.write(twiml.answer({ stream: 'wss://x/y', from, to: '', ticket: '"<&>\'', ...elsewhere })).close()
        expect(values.at(-1)).toBe('"<&>\'')
      }),
    )
  })
})

describe('edited TwiML', () => {
  it('may explain its placeholders in comments', () => {
    const folder = folderWith('answer.xml', '<!-- {{from}} calls {{who knows}} --><Response><Say>{{ from }}</Say></Response>')
    expect(loadTwiml(folder).answer({ stream: '', from: 'a--b', to: '', ticket: '', ...elsewhere })).toBe(
      '<Response><Say>a--b</Say></Response>',
    )
  })

  it.each([
    ['answer.xml', null, /ENOENT/],
    ['busy.xml', '<Response><Say>Busy</Response>', /1:30: unexpected close tag/],
    ['sorry.xml', '<Say>Sorry</Say>', /<Response>/],
    ['sorry.xml', '<!-- two\nlines -->\n<Response><Say></Response>', /3:26: unexpected close tag/],
    ['sorry.xml', '', /./],
    ['answer.xml', '<Response>{{caller}}</Response>', /{{caller}} stands for nothing/],
    ['answer.xml', '<Response>{{constructor}}</Response>', /{{constructor}} stands for nothing/],
    ['busy.xml', '<Response>{{from}}</Response>', /{{from}} stands for nothing/],
    ['answer.xml', '<Response><Stream url={{stream}}/></Response>', /1:\d+/],
    ['answer.xml', '<Response><Connect><Stream url="{{ stream }}"/></Connect></Response>', /needs <Parameter name="ticket"/],
  ])('is refused at the start if %s is wrong, and named', (name, content, why) => {
    const folder = folderWith(name, content)
    expect(() => loadTwiml(folder)).toThrow(StartFault)
    expect(() => loadTwiml(folder)).toThrow(join(folder, name))
    expect(() => loadTwiml(folder)).toThrow(why)
  })
})
