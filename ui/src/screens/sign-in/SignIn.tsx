import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { SignInChallenge } from '../../api/generated'
import { useSession } from '../../session/session'
import { Connections } from './Connections'
import { Demo } from './Demo'
import { Password } from './Password'
import { choicesQuery } from './queries'
import { SecondFactor } from './SecondFactor'

/**
 * SignIn offers the connections that are open, and the owner's own sign-in behind them; in a demo the sample people instead.
 * Where the connections can't be asked for, the owner still gets in.
 */
export function SignIn() {
  const { data: session } = useSession()
  const { next } = useSearch({ from: '/sign-in' })
  const choices = useQuery(choicesQuery())
  const [challenge, setChallenge] = useState<SignInChallenge>()
  const [own, setOwn] = useState(false)
  if (challenge) return <SecondFactor challenge={challenge} onBack={() => setChallenge(undefined)} />
  if (session?.demo && session.demo_people && !own) {
    return <Demo people={session.demo_people} onOwn={() => setOwn(true)} />
  }
  if (choices.isPending) return null
  const offered = choices.data?.choices ?? []
  if (offered.length > 0 && !own) {
    return <Connections choices={offered} back={next} onOwner={() => setOwn(true)} />
  }
  return <Password onChallenge={setChallenge} onBack={offered.length > 0 ? () => setOwn(false) : undefined} />
}
