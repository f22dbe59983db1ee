import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listGroups, listRoleRules } from '../../api/generated'

export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: () => call(listGroups()),
  retry: false,
})

export const rulesQuery = queryOptions({ queryKey: ['role-rules'], queryFn: () => call(listRoleRules()) })
