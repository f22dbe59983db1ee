import { useQuery } from '@tanstack/react-query'
import type { ConnectionDetail, ConnectionFinding, TestSignIn } from '../../api/generated'
import { Banner, Chips } from '../../elements/Chips'
import { CodeBlock } from '../../elements/CodeBlock'
import { Facts } from '../../elements/Facts'
import { More } from '../../elements/More'
import { Failure, Loading } from '../../elements/States'
import { fullTime } from '../../elements/times'
import { roleNames } from '../../session/roles'
import styles from './Connections.module.css'
import { testQuery } from './queries'
import { Findings } from './TryOut'

/** TestResult is what a test sign-in received, and what it would have led to. */
export function TestResult({ connection, test }: { connection: ConnectionDetail; test: string }) {
  const query = useQuery(testQuery(connection.id, test))
  return (
    <section className={styles.result} aria-label="Test sign-in">
      {query.isPending && <Loading what="the test sign-in" lines={3} />}
      {query.isError && <Failure error={query.error} />}
      {query.data && <Result result={query.data} />}
    </section>
  )
}

function Result({ result }: { result: TestSignIn }) {
  if (result.refused) {
    return (
      <Banner tone="bad" title="The test sign-in failed">
        <Problem problem={result.refused} />
      </Banner>
    )
  }
  return (
    <>
      {result.problems.length > 0 ? (
        <Banner tone="bad" title={`${result.email || result.subject} would not be signed in`}>
          {result.problems.map((problem) => (
            <Problem key={problem.message} problem={problem} />
          ))}
        </Banner>
      ) : (
        <Banner tone="good" title={`${result.name || result.user} would be signed in`}>
          As {result.user}
          {result.new_person ? ', a new person here.' : ', who is known here already.'}
        </Banner>
      )}
      {result.duplicates.length > 0 && (
        <Banner tone="warn" title="May be the same person as somebody else">
          {result.duplicates.join(', ')} has the same e-mail address, and nothing proves that both are one:
          link them under People after the first sign-in.
        </Banner>
      )}
      <Facts
        facts={[
          ['Subject', <code key="subject">{result.subject}</code>],
          [
            'E-mail address',
            result.email &&
              `${result.email}${result.email_proven ? '' : ' (not proven: its domain is not among the connection’s, or the provider says it is not verified)'}`,
          ],
          [
            'Groups',
            result.groups_known ? (
              <Chips key="groups" words={result.groups} none="None" more={40} />
            ) : (
              'Not known'
            ),
          ],
          ['Permission tier', tierWords(result)],
          ['Console roles', result.roles.map((role) => roleNames[role]).join(', ') || 'None'],
          ['Manages', result.repositories.join(', ')],
          ['When', fullTime(result.at)],
        ]}
      />
      {result.notes.length > 0 && <Findings findings={result.notes} />}
      <More label="everything that was received">
        <CodeBlock text={JSON.stringify(result.claims, null, 2)} what="the claims" />
      </More>
    </>
  )
}

function tierWords(result: TestSignIn): string {
  if (!result.has_policy) return 'No policy is published, so none'
  return result.tier || 'None: agents would get nothing'
}

function Problem({ problem }: { problem: ConnectionFinding }) {
  return (
    <div>
      {problem.message.charAt(0).toUpperCase() + problem.message.slice(1).replace(/([^.!?])$/, '$1.')}{' '}
      {problem.hint}
      {problem.field && <> (field {problem.field})</>}
    </div>
  )
}
