import { Link } from '@tanstack/react-router'
import type { PersonDetail, PersonRole, Rights } from '../../api/generated'
import { Banner, Chips } from '../../elements/Chips'
import { Facts } from '../../elements/Facts'
import { Panel } from '../../layout/Page'
import { roleNames } from '../../session/roles'
import styles from './People.module.css'
import { originWords, whyRole } from './words'

/** Mays is what a person may do, and where each group and role comes from. */
export function Mays({ person }: { person: PersonDetail }) {
  return (
    <div className={styles.columns}>
      <Panel title="What the policy gives">
        {person.disabled ? (
          <div className="muted">Nothing while disabled.</div>
        ) : (
          <RightsOf rights={person.rights} version={person.policy_version} />
        )}
      </Panel>
      <div className={styles.stack}>
        <Panel title="Console roles">
          <RolesOf roles={person.roles} />
        </Panel>
        <Panel title="Groups">
          {!person.groups_known && (
            <Banner tone="warn" title="Not all groups are known">
              An identity provider left groups out, so nothing is concluded from a group that is missing here.
            </Banner>
          )}
          <ul className={styles.list}>
            {person.groups.map((group) => (
              <li key={group.name} className={styles.row}>
                <Link to="/people" search={{ group: group.name }}>
                  {group.name}
                </Link>
                <span className="muted">{group.from.map(originWords).join(', ')}</span>
              </li>
            ))}
            {person.groups.length === 0 && <li className="muted">In no group.</li>}
          </ul>
        </Panel>
      </div>
    </div>
  )
}

/** RightsOf shows what the policy gives; without a repository every layer for particular ones counts, since none may be left out. */
export function RightsOf({
  rights,
  version,
  repository,
}: {
  rights: Rights
  version: number
  repository?: string
}) {
  if (version === 0) return <div className="muted">No policy is published: everything is refused.</div>
  if (!rights.access)
    return <div className="muted">No permission tier fits these groups: agents may do nothing.</div>
  return (
    <Facts
      facts={[
        ['Permission tier', rights.tier],
        [
          repository ? `Layers in ${repository}` : 'Layers, in any repository',
          <Chips key="layers" words={rights.layers} none="None" more={12} />,
        ],
        ['Models up to', rights.ceiling ?? 'None'],
        ['Models', <Chips key="models" words={rights.models} none="None" more={12} />],
        ['Policy', `Version ${version}`],
      ]}
    />
  )
}

export function RolesOf({ roles }: { roles: PersonRole[] }) {
  if (roles.length === 0)
    return <div className="muted">None: the console shows only how to connect an agent, and the status.</div>
  return (
    <ul className={styles.list}>
      {roles.map((role) => (
        <li key={role.role + (role.rule ?? '')} className={styles.row}>
          <span>
            {roleNames[role.role]}
            {role.repositories.length > 0 && (
              <span className="muted"> for {role.repositories.join(', ')}</span>
            )}
          </span>
          <span className="muted">{whyRole(role)}</span>
        </li>
      ))}
    </ul>
  )
}
