import { Logo } from '../elements/Logo'
import { Bare } from '../layout/Page'
import styles from './NotSetUp.module.css'

/** NotSetUp is what a visitor sees before there is an owner: only whoever reads the server's output may become one. */
export function NotSetUp() {
  return (
    <Bare title="Not set up yet">
      <div className={styles.words}>
        <Logo size={36} />
        <h1>This Ambit is not set up yet</h1>
        <p>
          When it first started, Ambit printed a one-time set-up link in its terminal. Open that link to
          create the first owner.
        </p>
        <p>
          The link is gone? Restart the server: as long as there is no owner, each start prints a new one.
        </p>
      </div>
    </Bare>
  )
}
