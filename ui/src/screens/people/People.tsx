import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Frame } from '../../elements/DataTable'
import { Pager } from '../../elements/Pager'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { mayCut } from '../../session/roles'
import { useSession } from '../../session/session'
import { CutOffEverybody } from './CutOffEverybody'
import styles from './People.module.css'
import { PeopleTable } from './PeopleTable'
import { pageSize, peopleQuery } from './queries'
import { changed, type PeopleSearch } from './search'

const states: { value: NonNullable<PeopleSearch['state']> | ''; label: string }[] = [
  { value: '', label: 'Everybody' },
  { value: 'active', label: 'Active' },
  { value: 'disabled', label: 'Disabled' },
  { value: 'privileged', label: 'With a console role' },
  { value: 'duplicate', label: 'Possible duplicates' },
]

export function People() {
  const search = useSearch({ from: '/people' })
  const navigate = useNavigate({ from: '/people' })
  const query = useQuery(peopleQuery(search))
  const { data: session } = useSession()
  const [cutting, cut] = useDisclosure(false)
  const set = (change: PeopleSearch) => navigate({ search: changed(search, change), replace: true })
  const filtered = Object.keys(search).length > 0

  return (
    <Page
      title="People"
      lead="Everybody who signed in, was provisioned, or was added by hand: what they may do and why, and what they are signed in with."
      actions={
        mayCut(session?.user) && (
          <Button variant="default" color="red" onClick={cut.open}>
            Cut off everybody
          </Button>
        )
      }
    >
      <Frame filters={<Filters search={search} set={set} />}>
        {query.isPending && <Loading what="people" />}
        {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data &&
          (query.data.people.length > 0 ? (
            <PeopleTable people={query.data.people} />
          ) : (
            <Empty title={filtered ? 'Nobody matches.' : 'There is nobody yet.'}>
              {filtered
                ? 'Take a filter away.'
                : 'People appear when they sign in through a connection, or when SCIM provisions them.'}
            </Empty>
          ))}
        <Pager
          page={search.page ?? 0}
          size={pageSize}
          total={query.data?.total ?? 0}
          onPage={(page) => set({ page: page || undefined })}
        />
      </Frame>
      <CutOffEverybody opened={cutting} onClose={cut.close} />
    </Page>
  )
}

function Filters({ search, set }: { search: PeopleSearch; set: (change: PeopleSearch) => void }) {
  const [text, setText] = useState(search.q ?? '')
  const router = useRouter()
  const find = useDebouncedCallback((q: string) => {
    // Whoever typed and then chose a person at once is on the way there.
    if (router.latestLocation.pathname === '/people') set({ q })
  }, 200)
  return (
    <>
      <TextInput
        className={styles.search}
        size="xs"
        aria-label="Search people"
        placeholder="Name or e-mail address"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          find(event.currentTarget.value)
        }}
      />
      <Select
        size="xs"
        aria-label="Which people to show"
        data={states}
        allowDeselect={false}
        value={search.state ?? ''}
        onChange={(state) => set({ state: states.find((one) => one.value === state)?.value || undefined })}
      />
      {(['group', 'connection'] as const).map((key) =>
        search[key] ? (
          <Button key={key} size="xs" variant="light" onClick={() => set({ [key]: undefined })}>
            {key === 'group' ? 'Group' : 'Connection'}: {search[key]} ×
          </Button>
        ) : null,
      )}
    </>
  )
}
