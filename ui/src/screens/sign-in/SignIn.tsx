import { useState } from 'react'
import type { SignInChallenge } from '../../api/generated'
import { useSession } from '../../session/session'
import { Demo } from './Demo'
import { Password } from './Password'
import { SecondFactor } from './SecondFactor'

/** SignIn asks for the password and then for the second factor; in a demo it offers the sample people instead. */
export function SignIn() {
  const { data: session } = useSession()
  const [challenge, setChallenge] = useState<SignInChallenge>()
  const [own, setOwn] = useState(false)
  if (challenge) return <SecondFactor challenge={challenge} onBack={() => setChallenge(undefined)} />
  if (session?.demo && session.demo_people && !own) {
    return <Demo people={session.demo_people} onOwn={() => setOwn(true)} />
  }
  return <Password onChallenge={setChallenge} />
}
