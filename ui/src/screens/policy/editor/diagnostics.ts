import type { Diagnostic } from '@codemirror/lint'
import type { Text } from '@codemirror/state'
import type { PolicyProblem } from '../../../api/generated'

/**
 * diagnosticsOf puts problems at their places. Columns count characters (code points) from 1, the editor UTF-16 units
 * from 0; a problem without a place stands at the first line. A mark reaches to the end of the word it begins at.
 */
export function diagnosticsOf(doc: Text, problems: readonly PolicyProblem[]): Diagnostic[] {
  return problems.map((problem) => {
    const line = doc.line(Math.min(Math.max(problem.line, 1), doc.lines))
    const from = line.from + unitsOf(line.text, problem.column - 1)
    const rest = line.text.slice(from - line.from)
    const word = /^["']?[^\s:,[\]{}"']+["']?/.exec(rest)?.[0].length ?? 0
    return {
      from: Math.min(from, line.to),
      to: Math.min(from + Math.max(word, 1), line.to),
      severity: problem.severity,
      message: problem.expected ? `${problem.message}. Expected: ${problem.expected}` : problem.message,
    }
  })
}

function unitsOf(text: string, characters: number): number {
  let units = 0
  let left = characters
  for (const character of text) {
    if (left-- <= 0) break
    units += character.length
  }
  return units
}
