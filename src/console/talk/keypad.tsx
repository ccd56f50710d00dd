/** A telephone's keys, for the mouse and for those of the keyboard. */
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const
const NAMES: Readonly<Record<string, string>> = { '*': 'Star', '#': 'Hash' }

export function Keypad({ press }: { readonly press: (digit: string) => void }) {
  const type = (event: KeyboardEvent): void => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (isPlain && KEYS.some(key => key === event.key)) press(event.key)
  }
  return (
    <div class="keypad" role="group" aria-label="Keypad" onKeyDown={type}>
      {KEYS.map(key => (
        <button key={key} type="button" aria-label={NAMES[key]} onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </div>
  )
}
