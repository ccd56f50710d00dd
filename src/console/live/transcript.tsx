/**
 * What is said, as it is said. What may still change, what nobody hears yet and what was cut off differ by shape and by word, not
 * by colour alone. The rows already past are drawn once.
 */
import { memo } from 'preact/compat'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { present, type Conversation, type Utterance } from '../../call/conversation.ts'
import { lengthOf } from '../format.ts'

export function Transcript({ conversation }: { readonly conversation: Conversation }) {
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const open = present(conversation)
  // Who has scrolled back to read stays there.
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  })
  const note = ({
    currentTarget: { scrollHeight, scrollTop, clientHeight },
  }: {
    readonly currentTarget: HTMLDivElement
  }): void => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  return (
    <div class="transcript" ref={box} onScroll={note} tabIndex={0} role="log" aria-label="Transcript" aria-live="off">
      <ol>
        <Past utterances={conversation.past} />
        {open.map((utterance, index) => (
          <Row key={index} utterance={utterance} />
        ))}
      </ol>
    </div>
  )
}

const Past = memo(({ utterances }: { readonly utterances: readonly Utterance[] }) => (
  <>
    {utterances.map((utterance, index) => (
      <Row key={index} utterance={utterance} />
    ))}
  </>
))

function Row({ utterance }: { readonly utterance: Utterance }) {
  const time = <time class="said-at">{lengthOf(utterance.atMs)}</time>
  if (utterance.who === 'note') {
    return (
      <li class="said note">
        {time}
        <span class="who" />
        <p>{utterance.text}</p>
      </li>
    )
  }
  return (
    <li class={`said ${utterance.who} ${utterance.state}`}>
      {time}
      <span class="who">{utterance.who === 'caller' ? 'Caller' : 'Bot'}</span>
      {utterance.who === 'caller' ? <CallerWords said={utterance} /> : <BotWords said={utterance} />}
    </li>
  )
}

function CallerWords({ said: { text, state } }: { readonly said: Utterance & { who: 'caller' } }) {
  return (
    <p>
      <span class="words">{text}</span>
      {state === 'partial' && <Tag>hearing …</Tag>}
      {state === 'settled' && <Tag>settled</Tag>}
      {state === 'aside' && <Tag>meanwhile</Tag>}
    </p>
  )
}

function BotWords({ said: { heard, ahead, state } }: { readonly said: Utterance & { who: 'bot' } }) {
  return (
    <p>
      {heard !== '' && <span class="words">{heard} </span>}
      {ahead !== '' && (state === 'cut' ? <s class="ahead">{ahead}</s> : <span class="ahead">{ahead}</span>)}
      {state === 'draft' && <Tag>draft, not audible yet</Tag>}
      {state === 'held' && <Tag>held</Tag>}
      {state === 'cut' && <Tag>cut off</Tag>}
    </p>
  )
}

const Tag = ({ children }: { readonly children: string }) => <span class="tag">{children}</span>
