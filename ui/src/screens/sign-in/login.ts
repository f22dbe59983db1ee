/** loginOf is where a sign-in through a connection begins; `back` is the path of ours to come back to. */
export function loginOf(connection: string, back: string | undefined): string {
  const path = `/sso/${encodeURIComponent(connection)}/login`
  return back ? `${path}?return=${encodeURIComponent(back)}` : path
}
