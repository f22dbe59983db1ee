import { Link } from '@tanstack/react-router'
import { Empty } from '../elements/States'
import { useTitle } from '../layout/Page'

export function Lost() {
  useTitle('Not found')
  return (
    <Empty title="There is no page at this address.">
      <Link to="/">Go to the first page</Link>
    </Empty>
  )
}
