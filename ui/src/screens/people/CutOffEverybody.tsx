import { call } from '../../api/client'
import { cutOffEverybody } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { useChange } from './queries'

export function CutOffEverybody({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const cut = useChange(
    () => call(cutOffEverybody({ body: { why: 'cut off everybody from the console' } })),
    onClose,
  )
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title="Cut off everybody?"
      action="Cut off everybody"
      danger
      word="everybody"
      pending={cut.isPending}
      error={cut.error}
      onConfirm={() => cut.mutate(undefined)}
    >
      Every console session but your own and every sign-in of an agent ends at once, and running agents are
      refused from their next step on. People may sign in again. API tokens keep working; revoke them under
      API tokens.
    </Confirm>
  )
}
