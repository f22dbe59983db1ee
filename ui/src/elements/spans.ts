/** One stretch of a command: the findings that speak of it are those whose numbers stand in `marks`. */
export interface Segment {
  text: string
  marks: number[]
}

export interface ByteSpan {
  offset: number
  length: number
}

/**
 * segmentsOf cuts a text where spans begin and end. Spans count bytes of the text's UTF-8 form, as the server
 * does; a JavaScript string counts UTF-16 units. A span that begins or ends inside a character is widened to the
 * whole character, and one that lies beyond the text is cut or dropped.
 */
export function segmentsOf(text: string, spans: readonly (ByteSpan | undefined)[]): Segment[] {
  const segments: Segment[] = []
  let at = 0
  for (const character of text) {
    const end = at + utf8Length(character)
    const marks: number[] = []
    spans.forEach((span, i) => {
      if (span && span.length > 0 && span.offset < end && span.offset + span.length > at) marks.push(i)
    })
    const last = segments.at(-1)
    if (last && sameMarks(last.marks, marks)) last.text += character
    else segments.push({ text: character, marks })
    at = end
  }
  return segments
}

function utf8Length(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x80) return 1
  if (point < 0x800) return 2
  if (point < 0x10000) return 3
  return 4
}

function sameMarks(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((mark, i) => mark === b[i])
}
