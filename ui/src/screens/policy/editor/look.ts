import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** look gives the editor the console's colours; they are variables, so one look serves both themes. */
export const look = [
  EditorView.theme({
    '&': { height: '100%', fontSize: '0.8125rem', backgroundColor: 'var(--panel)', color: 'var(--text)' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.65' },
    '.cm-content': { padding: '12px 0', caretColor: 'var(--accent)' },
    '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
    '.cm-gutters': {
      backgroundColor: 'var(--panel)',
      color: 'var(--text-3)',
      border: 'none',
      paddingLeft: '6px',
    },
    '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 5%, transparent)' },
    '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      background: 'color-mix(in srgb, var(--accent) 22%, transparent)',
    },
    '.cm-tooltip': {
      backgroundColor: 'var(--panel)',
      border: '1px solid var(--line-strong)',
      borderRadius: '7px',
      boxShadow: '0 6px 24px rgb(0 0 0 / 14%)',
      overflow: 'hidden',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': {
      backgroundColor: 'var(--selected)',
      color: 'var(--text)',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mantine-font-family-monospace)' },
    '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '10px' },
    '.cm-completionInfo': {
      maxWidth: '320px',
      padding: '8px 10px',
      color: 'var(--text-2)',
      lineHeight: '1.5',
    },
    '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)' },
    '.cm-diagnostic': { padding: '7px 10px', maxWidth: '460px', fontFamily: 'var(--mantine-font-family)' },
    '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--text)' },
    '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
    '.cm-searchMatch': { backgroundColor: 'var(--hold-bg)' },
    '.cm-foldPlaceholder': { background: 'var(--hover)', border: 'none', color: 'var(--text-2)' },
    '.cm-changedLine': { backgroundColor: 'var(--allow-bg) !important' },
    '.cm-deletedChunk': { backgroundColor: 'var(--deny-bg) !important' },
    '.cm-changedText': { background: 'color-mix(in srgb, var(--allow) 24%, transparent) !important' },
    '.cm-deletedText': { background: 'color-mix(in srgb, var(--deny) 24%, transparent) !important' },
    '.cm-collapsedLines': {
      background: 'var(--sunken) !important',
      color: 'var(--text-2) !important',
      fontFamily: 'var(--mantine-font-family)',
    },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-text)' },
      { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--code-number)' },
      { tag: [tags.comment, tags.lineComment], color: 'var(--text-3)', fontStyle: 'italic' },
      { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--text-3)' },
      { tag: tags.invalid, color: 'var(--deny)' },
    ]),
  ),
]
