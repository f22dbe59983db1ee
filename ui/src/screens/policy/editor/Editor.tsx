import { autocompletion } from '@codemirror/autocomplete'
import { indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import type { PolicyProblem } from '../../../api/generated'
import { nonce } from '../../../app/nonce'
import { completeBy } from './completion'
import { diagnosticsOf } from './diagnostics'
import styles from './Editor.module.css'
import { look } from './look'
import type { Schema } from './schema'

export interface EditorHandle {
  goTo: (line: number, column: number) => void
}

interface Props {
  ref?: Ref<EditorHandle>
  value: string
  onChange: (value: string) => void
  problems: readonly PolicyProblem[]
  schema: Schema | undefined
}

/** Editor edits a policy: completion by its schema, and the server's findings at their lines. */
export function Editor({ ref, value, onChange, problems, schema }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef({ onChange, schema, value })
  latest.current = { onChange, schema, value }

  useEffect(() => {
    if (!place.current) return
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          basicSetup,
          yaml(),
          autocompletion({ override: [completeBy(() => latest.current.schema)] }),
          lintGutter(),
          // Tab indents; Escape and then Tab leaves the editor, as CodeMirror has it for keyboard users.
          keymap.of([indentWithTab]),
          EditorView.contentAttributes.of({ 'aria-label': 'Policy document', tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
          look,
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [])

  // A text from outside (a starter pack, an older version) replaces the editor's; its own edits come back unchanged.
  useEffect(() => {
    const made = view.current
    if (made && made.state.doc.toString() !== value) {
      made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } })
    }
  }, [value])

  useEffect(() => {
    const made = view.current
    if (made) made.dispatch(setDiagnostics(made.state, diagnosticsOf(made.state.doc, problems)))
  }, [problems])

  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const made = view.current
      if (!made) return
      const at = made.state.doc.line(Math.min(Math.max(line, 1), made.state.doc.lines))
      const position = Math.min(at.from + Math.max(column - 1, 0), at.to)
      made.dispatch({
        selection: { anchor: position },
        effects: EditorView.scrollIntoView(position, { y: 'center' }),
      })
      made.focus()
    },
  }))

  return <div ref={place} className={styles.editor} data-testid="policy-editor" />
}
