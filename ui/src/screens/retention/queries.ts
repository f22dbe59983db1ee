import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getRetention, listHolds } from '../../api/generated'

export const retentionQuery = queryOptions({ queryKey: ['retention'], queryFn: () => call(getRetention()) })
export const holdsQuery = queryOptions({ queryKey: ['holds'], queryFn: () => call(listHolds()) })
