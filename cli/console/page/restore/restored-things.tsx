import type { RestoreAnswer } from '../../api.ts'
import { shortDigest, withShortDigests } from '../shown-text.ts'
import { Text } from '../text.tsx'

type Repository = RestoreAnswer['repositories'][number]
type Outcome = Repository['things'][number]['outcome']

/** Of one repository; a run may have taken thousands. */
const shownThings = 100

const words: Readonly<Record<Outcome, string>> = {
  restored: 'restored',
  present: 'there already',
  'left-alone': 'left alone',
  missing: 'missing',
  failed: 'failed',
}

/** What comes back of each repository, or why not. */
export const RestoredThings = ({ answer }: { answer: RestoreAnswer }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
  <section class="scrolls" tabIndex={0} aria-label="What comes back">
    {answer.repositories.map(one => (
      <RepositoryThings key={one.repository} repository={one} isDryRun={answer.dryRun} />
    ))}
  </section>
)

const RepositoryThings = ({ repository, isDryRun }: { repository: Repository; isDryRun: boolean }) => {
  const { repository: name, restorableUntil, things } = repository
  const more = things.length - shownThings
  return (
    <>
      <h3>
        <Text of={name} />
      </h3>
      <p class="quiet small">
        <Text of={restorableUntil} />
      </p>
      <ul class="findings">
        {things.slice(0, shownThings).map(({ kind, name: thing, outcome, reason }) => (
          <li key={`${kind} ${thing}`}>
            {isDryRun && outcome === 'restored' ? 'would put back' : words[outcome]} {kind}{' '}
            <Text of={kind === 'manifest' ? shortDigest(thing) : thing} />
            {reason !== '' && (
              <>
                : <Text of={withShortDigests(reason)} />
              </>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && <p class="quiet">and {more} more</p>}
    </>
  )
}
