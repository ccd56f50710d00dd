/** How the assistant did over many calls. */
export function Overview() {
  return <h1>Overview</h1>
}
