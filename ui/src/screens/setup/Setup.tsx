import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Confirmed, type OwnerPending, startSetup } from '../../api/generated'
import { Failure, Loading } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import { Account } from './Account'
import { Packs } from './Packs'
import { RecoveryCodes } from './RecoveryCodes'
import { SecondFactor } from './SecondFactor'

type Stage =
  | { name: 'account' }
  | { name: 'factor'; pending: OwnerPending }
  | { name: 'codes'; confirmed: Confirmed }
  | { name: 'policy' }

/** Setup leads the first owner from the printed link to a published policy. */
export function Setup() {
  const { token } = useSearch({ from: '/setup' })
  const navigate = useNavigate()
  const [stage, setStage] = useState<Stage>({ name: 'account' })
  const link = useQuery({
    queryKey: ['setup', token],
    queryFn: () => call(startSetup({ body: { token: token ?? '' } })),
    enabled: !!token && stage.name === 'account',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })

  if (!token) {
    return (
      <Entry title="The set-up link is incomplete">
        <p className="muted">
          Open the whole link that Ambit printed when it started, from https:// or http:// to the end.
        </p>
      </Entry>
    )
  }
  if (stage.name === 'account' && link.isPending) {
    return (
      <Entry title="Set up Ambit">
        <Loading lines={3} what="the set-up" />
      </Entry>
    )
  }
  if (stage.name === 'account' && link.isError) {
    return (
      <Entry title="This set-up link does not work">
        <Failure error={link.error} />
        <p className="muted">
          Already set up? <Link to="/">Go to the console</Link>
        </p>
      </Entry>
    )
  }
  switch (stage.name) {
    case 'account':
      return <Account token={token} onDone={(pending) => setStage({ name: 'factor', pending })} />
    case 'factor':
      return (
        <SecondFactor
          token={token}
          pending={stage.pending}
          onBack={() => setStage({ name: 'account' })}
          onDone={(confirmed) => setStage({ name: 'codes', confirmed })}
        />
      )
    case 'codes':
      return (
        <RecoveryCodes codes={stage.confirmed.recovery_codes} onDone={() => setStage({ name: 'policy' })} />
      )
    case 'policy':
      return <Packs onDone={() => navigate({ to: '/connect' })} />
  }
}
