import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { placeAt } from './place'
import { keysOf, type Schema, valuesOf } from './schema'

/** completeBy completes keys and values of a YAML document by its JSON Schema. */
export function completeBy(schema: () => Schema | undefined) {
  return (context: CompletionContext): CompletionResult | null => {
    const root = schema()
    const place = placeAt(context.state.sliceDoc(0, context.pos))
    if (!root || !place || (!context.explicit && place.word === '' && place.kind === 'key')) return null
    const found = place.kind === 'key' ? keysOf(root, place.path) : valuesOf(root, place.path)
    if (found.length === 0) return null
    return {
      from: context.pos - place.word.length,
      options: found.map((suggestion, i) => ({
        label: suggestion.label,
        apply: suggestion.apply,
        detail: suggestion.detail,
        info: suggestion.info,
        type: place.kind === 'key' ? 'property' : 'constant',
        boost: -i,
      })),
      validFor: /^[\w.$-]*$/,
    }
  }
}
