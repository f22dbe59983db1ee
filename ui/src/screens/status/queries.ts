import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getCheckpoint, getStatus } from '../../api/generated'

export const statusQuery = queryOptions({ queryKey: ['status'], queryFn: () => call(getStatus()) })

export const checkpointQuery = queryOptions({
  queryKey: ['checkpoint'],
  queryFn: () => call(getCheckpoint()),
})
