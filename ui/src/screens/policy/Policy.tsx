import { useQuery } from '@tanstack/react-query'
import { Failure, Loading } from '../../elements/States'
import { useTitle } from '../../layout/Page'
import { Desk } from './Desk'
import { policyQuery } from './queries'

export function Policy() {
  useTitle('Policy')
  const policy = useQuery(policyQuery)
  if (policy.isPending) return <Loading what="the policy" />
  if (policy.isError && !policy.data) return <Failure error={policy.error} again={() => policy.refetch()} />
  return <Desk published={policy.data} />
}
