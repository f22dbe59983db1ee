import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getCheckpoint, getStatus, getVerification } from '../../api/generated'

export const statusQuery = queryOptions({ queryKey: ['status'], queryFn: () => call(getStatus()) })

export const checkpointQuery = queryOptions({
  queryKey: ['checkpoint'],
  queryFn: () => call(getCheckpoint()),
})

export const verificationQuery = queryOptions({
  queryKey: ['verification'],
  queryFn: () => call(getVerification()),
  refetchInterval: 700,
  staleTime: 0,
})
