/** The calls there were, the newest first. */
export function Calls() {
  return <h1>Calls</h1>
}
