import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import {
  checkPolicy,
  getPolicy,
  getPolicyVersion,
  listPolicyPacks,
  listPolicyVersions,
  type TryRequest,
  tryAction,
} from '../../api/generated'

export const policyQuery = queryOptions({ queryKey: ['policy'], queryFn: () => call(getPolicy()) })

export const versionsQuery = queryOptions({
  queryKey: ['policy', 'versions'],
  queryFn: () => call(listPolicyVersions()),
})

export const versionQuery = (version: number) =>
  queryOptions({
    queryKey: ['policy', 'versions', version],
    queryFn: () => call(getPolicyVersion({ path: { version } })),
    staleTime: Number.POSITIVE_INFINITY, // a published version never changes
  })

export const packsQuery = queryOptions({
  queryKey: ['policy-packs'],
  queryFn: () => call(listPolicyPacks()),
  staleTime: Number.POSITIVE_INFINITY,
})

export const checkQuery = (source: string) =>
  queryOptions({
    queryKey: ['policy-check', source],
    queryFn: () => call(checkPolicy({ body: { source } })),
    staleTime: Number.POSITIVE_INFINITY, // the same text has the same problems
    gcTime: 30_000,
  })

export const tryQuery = (body: TryRequest) =>
  queryOptions({
    queryKey: ['policy-try', body],
    // With what was asked: while the next answer is on its way this one stays, and belongs to its own command.
    queryFn: async () => ({ asked: body, verdict: await call(tryAction({ body })) }),
    gcTime: 30_000,
    retry: false,
  })

/** policySchemaQuery loads the published JSON Schema, which the editor completes by. */
export const policySchemaQuery = queryOptions({
  queryKey: ['policy-schema'],
  queryFn: async (): Promise<unknown> => {
    const answer = await fetch('/schemas/policy/v1.json')
    if (!answer.ok) throw new Error('The policy schema could not be loaded.')
    return answer.json()
  },
  staleTime: Number.POSITIVE_INFINITY,
})
