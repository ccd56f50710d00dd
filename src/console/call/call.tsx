/** One call, as it was: what was said when, and what it sounded like. */
export function Call({ id }: { readonly id: string }) {
  return <h1>Call {id}</h1>
}
