/**
 * localPath keeps a path of our own and nothing else: a link must not be able to send a person elsewhere after signing in.
 * Browsers read a backslash as a slash and skip line breaks and tabs, so neither may be in it.
 */
export function localPath(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 1000) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  return /^\/(?![/\\])[^\\\u0000-\u001f\u007f]*$/.test(value) ? value : undefined
}
