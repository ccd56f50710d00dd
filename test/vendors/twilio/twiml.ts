/**
 * TwiML as Twilio reads it: strict XML with one `<Response>`. Says what is written; knows nothing of what a verb does.
 * https://www.twilio.com/docs/voice/twiml
 */
import { SaxesParser } from 'saxes'

export type Verb = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly text: string
  readonly children: readonly Verb[]
}

/** The verbs of a TwiML document, in order. Throws if Twilio would report 12100, document parse failure. */
export function parseTwiml(xml: string): readonly Verb[] {
  const document = parseXml(xml)
  if (document.name !== 'Response') throw new Error(`the root element is <${document.name}>, not <Response>`)
  return document.children
}

type Element = { name: string; attributes: Record<string, string>; text: string; children: Element[] }

function parseXml(xml: string): Verb {
  const outermost: Element = { name: '', attributes: {}, text: '', children: [] }
  const open = [outermost]
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '', children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('text', text => {
    const element = open.at(-1)
    if (element) element.text += text
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(xml).close()
  const document = outermost.children[0]
  if (!document) throw new Error('there is no element')
  return document
}
