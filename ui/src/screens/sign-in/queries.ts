import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listSignInChoices } from '../../api/generated'

/** choicesQuery asks which connections to offer; with an address, the ones that its domain belongs to. */
export const choicesQuery = (email?: string) =>
  queryOptions({
    queryKey: ['session', 'choices', email ?? ''],
    queryFn: () => call(listSignInChoices({ query: email ? { email } : {} })),
  })
