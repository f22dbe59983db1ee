import { Button, Group, NumberInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ClassPlan, planRetention, type RetentionRule, setRetention } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { cells, DataTable } from '../../elements/DataTable'
import { Note } from '../../elements/States'
import { Panel } from '../../layout/Page'
import { retentionQuery } from './queries'
import styles from './Retention.module.css'
import { Run } from './Run'
import { ageOf, classes } from './words'

interface Props {
  rules: RetentionRule[]
  writes: boolean
}

/** Rules shows how long each class is kept; on request it counts what that means now, and removes it. */
export function Rules({ rules, writes }: Props) {
  const queries = useQueryClient()
  const [days, setDays] = useState(() => new Map(rules.map((rule) => [rule.class, rule.days])))
  const [sure, setSure] = useState(false)
  const plan = useMutation({ mutationFn: () => call(planRetention()) })
  const changed = rules.filter((rule) => days.get(rule.class) !== rule.days)
  const shorter = changed.filter((rule) => {
    const now = days.get(rule.class) ?? 0
    return now !== 0 && (rule.days === 0 || now < rule.days)
  })
  const save = useMutation({
    mutationFn: () =>
      call(
        setRetention({
          body: { rules: changed.map((rule) => ({ class: rule.class, days: days.get(rule.class) ?? 0 })) },
        }),
      ),
    onSuccess: async () => {
      setSure(false)
      await queries.invalidateQueries(retentionQuery)
    },
  })
  const counts = new Map<string, ClassPlan>(plan.data?.classes.map((one) => [one.class, one]))
  return (
    <Panel
      title="Rules"
      aside={
        <Group gap="xs">
          <Button size="xs" variant="default" loading={plan.isPending} onClick={() => plan.mutate()}>
            Count what is due
          </Button>
          {writes && <Run onDone={() => plan.mutate()} />}
        </Group>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (shorter.length > 0) setSure(true)
          else save.mutate()
        }}
      >
        <DataTable
          label="Retention rules"
          columns={['What', 'Kept for', ...(plan.data ? ['Due', 'Held', 'Waits'] : [])]}
        >
          {rules.map((rule) => (
            <tr key={rule.class}>
              <td className={cells.name}>
                {classes[rule.class].label}
                <div className={cells.sub}>{classes[rule.class].words}</div>
              </td>
              <td>
                {writes ? (
                  <NumberInput
                    size="xs"
                    w={120}
                    aria-label={`${classes[rule.class].label}: days`}
                    placeholder="For ever"
                    suffix=" days"
                    min={0}
                    max={36500}
                    allowDecimal={false}
                    value={days.get(rule.class) || ''}
                    onChange={(value) => setDays(new Map(days).set(rule.class, Number(value) || 0))}
                  />
                ) : (
                  ageOf(rule.days)
                )}
              </td>
              {plan.data && <Counts plan={counts.get(rule.class)} />}
            </tr>
          ))}
        </DataTable>
        {plan.data && (
          <p className={styles.words}>
            Due: older than the rule, and removed next. Held: a legal hold keeps it. Waits: a sink has not got
            it yet, or it is too new to be removed from the tree.
          </p>
        )}
        <Note error={save.error ?? plan.error} />
        {writes && (
          <Group justify="flex-end" mt="md">
            <Button type="submit" size="xs" disabled={changed.length === 0} loading={save.isPending}>
              Save rules
            </Button>
          </Group>
        )}
      </form>
      <Confirm
        opened={sure}
        onClose={() => setSure(false)}
        title="Keep it for less time?"
        action="Save rules"
        danger
        pending={save.isPending}
        error={save.error}
        onConfirm={() => save.mutate()}
      >
        {shorter
          .map((rule) => `${classes[rule.class].label}: ${ageOf(days.get(rule.class) ?? 0).toLowerCase()}`)
          .join('. ')}
        . What is older is removed within the hour and can’t be brought back, unless a legal hold covers it or
        a sink still waits for it.
      </Confirm>
    </Panel>
  )
}

function Counts({ plan }: { plan: ClassPlan | undefined }) {
  return [plan?.due, plan?.held, plan?.waits].map((n, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: always these three
    <td key={i} className="tabular">
      {(n ?? 0).toLocaleString('en')}
    </td>
  ))
}
