/**
 * Draws a conversation as it happens. On a terminal what may still change is drawn again in place, below what is past; anywhere
 * else (a file, a pipe) only what is past is written, once, as plain lines. Knows no journal.
 */
import { stripVTControlCharacters, styleText } from 'node:util'
import { clockOf } from '../../src/store/transcript-page.ts'
import { present, type Conversation, type Utterance } from '../../src/call/conversation.ts'

/** Where it is drawn: standard output will do. */
export type Screen = {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

export class ConversationView {
  readonly #screen: Screen
  readonly #paint: Paint
  #pastDrawn = 0
  #openDrawn = ''

  constructor(screen: Screen, paint: Paint = screen.isTTY ? styleText : (_, text) => text) {
    this.#screen = screen
    this.#paint = paint
  }

  /** Brings the screen up to date. */
  draw(conversation: Conversation): void {
    const news = conversation.past.slice(this.#pastDrawn)
    const open = this.#screen.isTTY ? this.#lines(present(conversation)) : ''
    if (news.length === 0 && open === this.#openDrawn) return
    this.#screen.write(`${this.#eraseOpen()}${this.#lines(news)}${open}`)
    this.#pastDrawn = conversation.past.length
    this.#openDrawn = open
  }

  #lines(utterances: readonly Utterance[]): string {
    const width = this.#screen.isTTY ? Math.max(40, this.#screen.columns ?? 80) : Infinity
    return utterances.map(utterance => `${wrap(this.#line(utterance), width).join('\n')}\n`).join('')
  }

  #line(utterance: Utterance): string {
    const head = this.#paint('dim', `${clockOf(utterance.atMs)} `)
    if (utterance.who === 'note') return `${head}${this.#paint('dim', `· ${utterance.text}`)}`
    const name = utterance.who === 'caller' ? this.#paint('cyan', 'Caller ') : this.#paint('green', 'Bot    ')
    return `${head}${name}${utterance.who === 'caller' ? this.#caller(utterance) : this.#bot(utterance)}`
  }

  #caller({ text, state }: Utterance & { who: 'caller' }): string {
    switch (state) {
      case 'partial':
        return this.#paint(['dim', 'italic'], `${text} …`)
      case 'settled':
        return text
      case 'answered':
        return this.#paint('bold', text)
      case 'aside':
        return `${text} ${this.#paint('dim', '(meanwhile)')}`
      default:
        return state satisfies never
    }
  }

  #bot({ heard, ahead, state }: Utterance & { who: 'bot' }): string {
    switch (state) {
      case 'draft':
        return this.#paint(['dim', 'italic'], `(not audible yet) ${ahead}`)
      case 'speaking':
        return joined(heard, this.#paint('dim', ahead))
      case 'held':
        return joined(heard, this.#paint('dim', `‖ ${ahead}`))
      case 'heard':
        return heard
      case 'cut':
        return joined(
          heard,
          this.#paint('red', '— cut off'),
          ahead && this.#paint(['dim', 'strikethrough'], `[unheard: ${ahead}]`),
        )
      default:
        return state satisfies never
    }
  }

  /** Back to where the changing part began, and nothing below. */
  #eraseOpen(): string {
    const rows = this.#openDrawn.split('\n').length - 1
    return rows === 0 ? '' : `\x1b[${rows}A\r\x1b[J`
  }
}

const joined = (...parts: readonly string[]): string =>
  parts.filter(part => stripVTControlCharacters(part).trim() !== '').join(' ')

/** Below the words, past the time and the name. */
const INDENT = ' '.repeat(13)

/** Breaks a line between words so that each row fits, and later rows stand under the words; styles run on over the break. */
function wrap(line: string, width: number): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const word of line.split(/(?<= )/)) {
    if (stripVTControlCharacters(row + word).trimEnd().length <= width) row += word
    else {
      rows.push(row)
      row = INDENT + word
    }
  }
  return [...rows, row]
}
