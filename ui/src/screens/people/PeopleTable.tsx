import { Link } from '@tanstack/react-router'
import type { Person } from '../../api/generated'
import { Badge, Chips } from '../../elements/Chips'
import { cells, DataTable } from '../../elements/DataTable'
import { roleNames } from '../../session/roles'

export function PeopleTable({ people }: { people: Person[] }) {
  return (
    <DataTable
      label="People"
      columns={['Name', 'Groups', 'Tier', 'Console roles', 'Comes from', 'Open sessions']}
    >
      {people.map((person) => (
        <tr key={person.id} className={person.disabled ? cells.faded : undefined}>
          <td className={cells.name}>
            <Link to="/people/$id" params={{ id: person.id }}>
              {person.name}
            </Link>
            <div className={cells.sub}>{person.email}</div>
            {person.disabled && <Badge tone="bad">Disabled</Badge>}
            {person.duplicates.length > 0 && <Badge tone="warn">Possible duplicate</Badge>}
          </td>
          <td>
            <Chips words={person.groups} more={4} none="None" />
          </td>
          <td>{person.tier ?? <span className="muted">{person.disabled ? '' : 'No access'}</span>}</td>
          <td>{person.roles.map((role) => roleNames[role]).join(', ')}</td>
          <td>{person.connections.join(', ') || <span className="muted">Added by hand</span>}</td>
          <td className="tabular">{person.sessions || <span className="muted">None</span>}</td>
        </tr>
      ))}
    </DataTable>
  )
}
