import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Failure, Loading } from '../../elements/States'
import { fullTime, lasted } from '../../elements/times'
import { Page, Panel } from '../../layout/Page'
import { hasRole } from '../../session/roles'
import { useSession } from '../../session/session'
import { Ledger } from './Ledger'
import { statusQuery } from './queries'
import styles from './Status.module.css'

export function Status() {
  const query = useQuery({ ...statusQuery, refetchInterval: 5_000 })
  const { data: session } = useSession()
  const status = query.data
  return (
    <Page
      title="Status"
      lead="Whether this installation can decide and record, and whether its ledger is whole."
    >
      {query.isPending && <Loading what="the status" />}
      {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
      {status && (
        <>
          <Panel title="Checks">
            <ul className={styles.checks}>
              {status.checks.map((check) => (
                <li key={check.name} data-ok={check.ok}>
                  {check.ok ? (
                    <IconCircleCheck size={18} aria-hidden />
                  ) : (
                    <IconAlertTriangle size={18} aria-hidden />
                  )}
                  <div>
                    <span className={styles.name}>
                      {check.name.charAt(0).toUpperCase() + check.name.slice(1)}
                    </span>
                    <span className="muted">
                      {check.ok ? '' : 'Failing: '}
                      {check.message}
                    </span>
                    {check.hint && <div className="muted">{check.hint}</div>}
                  </div>
                </li>
              ))}
            </ul>
          </Panel>
          <Ledger
            ledger={status.ledger}
            allowed={hasRole(session?.user, 'auditor', 'security_admin', 'platform_admin')}
          />
          <Panel title="Installation">
            <dl className={styles.facts}>
              <dt>Version</dt>
              <dd>{status.version}</dd>
              <dt>Address</dt>
              <dd>{status.public_url}</dd>
              <dt>Data folder</dt>
              <dd>
                <code>{status.data_dir}</code>
              </dd>
              <dt>Policy</dt>
              <dd>
                {status.policy_version > 0
                  ? `Version ${status.policy_version}`
                  : 'None published: everything is refused'}
              </dd>
              <dt>Running</dt>
              <dd>
                {lasted(status.uptime_s)}, since {fullTime(status.started_at)}
              </dd>
            </dl>
          </Panel>
        </>
      )}
    </Page>
  )
}
