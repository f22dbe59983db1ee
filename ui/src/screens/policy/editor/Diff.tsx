import { unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView, lineNumbers } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { nonce } from '../../../app/nonce'
import styles from './Editor.module.css'
import { look } from './look'

/** Diff shows what a text changes in another. */
export function Diff({ from, to, label }: { from: string; to: string; label: string }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!place.current) return
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: to,
        extensions: [
          EditorView.cspNonce.of(nonce),
          lineNumbers(),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.lineWrapping,
          unifiedMergeView({
            original: from,
            mergeControls: false,
            collapseUnchanged: { margin: 3, minSize: 6 },
          }),
          look,
        ],
      }),
    })
    return () => view.destroy()
  }, [from, to, label])
  return <div ref={place} className={styles.diff} data-testid="policy-diff" />
}
