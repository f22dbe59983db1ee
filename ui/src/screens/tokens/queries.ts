import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listTokens, type Scope } from '../../api/generated'

export const tokensQuery = queryOptions({ queryKey: ['tokens'], queryFn: () => call(listTokens()) })

export const scopes: { value: Scope; label: string; description: string }[] = [
  { value: 'decide', label: 'Decide', description: 'Ask for decisions, and serve as a hook token' },
  {
    value: 'audit:write',
    label: 'Report events',
    description: 'Report results and lifecycle for its own person',
  },
  { value: 'audit:read', label: 'Read the audit ledger', description: 'Search, export, fetch checkpoints' },
  { value: 'policy:read', label: 'Read policies', description: 'Read the policy and its versions' },
  {
    value: 'policy:write',
    label: 'Publish policies',
    description: 'Publish new versions, for example from CI',
  },
  { value: 'tokens', label: 'Manage tokens', description: 'Create, list and revoke API tokens' },
]
