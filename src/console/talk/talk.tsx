/** A telephone in the browser: talk to the assistant. */
export function Talk() {
  return <h1>Talk</h1>
}
