import { outsideActor } from '../../../../shared/domain/lifecycle/absence.ts'
import type { ImagePage } from '../../api.ts'
import { PolicyLink } from '../policy-link.tsx'
import { Text, Time } from '../text.tsx'

type Explanation = ImagePage['explanation']
type Gone = NonNullable<Explanation['gone']>

/** The answer in one sentence, and what can be done about it. */
export function Answer({ page, onRestore }: { page: ImagePage; onRestore: () => void }) {
  const { explanation, restore, restorableUntil } = page
  const { state, summary, gone, mark, inDanger = [], nodesMayDiffer = [] } = explanation
  return (
    <section class={`panel ${tones[state]}`} aria-label="Answer">
      <p>
        <strong>
          <Text of={summary} />
        </strong>
      </p>
      {inDanger.map(line => (
        <p class="bad" key={line}>
          <Text of={line} />
        </p>
      ))}
      {nodesMayDiffer.map(line => (
        <p class="warn" key={line}>
          <Text of={line} />
        </p>
      ))}
      {gone !== undefined && <GoneFacts gone={gone} />}
      {mark !== undefined && (
        <p>
          Marked by policy <PolicyLink policy={mark.policy} />; may be deleted from <Time at={mark.deleteAfter} /> on.
        </p>
      )}
      {restore !== undefined && (
        <>
          <p>
            <button type="button" class="main" onClick={onRestore}>
              Restore…
            </button>{' '}
            <span class="quiet">shows first what would come back, and changes nothing until you say so</span>
          </p>
          <p>
            Restorable: <Text of={restorableUntil} />
          </p>
        </>
      )}
      {gone !== undefined && restore === undefined && <p>{wayBack(gone)}</p>}
    </section>
  )
}

const tones: Readonly<Record<Explanation['state'], string>> = {
  kept: 'good-news',
  marked: 'warning',
  'to-delete': 'warning',
  gone: 'bad-news',
}

const GoneFacts = ({ gone }: { gone: Gone }) => (
  <dl>
    <dt>{gone.how === 'deleted' ? 'Deleted' : 'Found gone'}</dt>
    <dd>
      <Time at={gone.at} />
    </dd>
    {gone.by !== undefined && (
      <>
        <dt>By</dt>
        <dd>
          <Doer by={gone.by} />
        </dd>
      </>
    )}
    {gone.reason !== undefined && (
      <>
        <dt>Deleted because</dt>
        <dd>
          <Text of={gone.reason} />
        </dd>
      </>
    )}
    {gone.run !== undefined && (
      <>
        <dt>In run</dt>
        <dd>
          <Text of={gone.run} />
        </dd>
      </>
    )}
  </dl>
)

const policyActor = /^policy (.+)$/

function Doer({ by }: { by: string }) {
  const policy = policyActor.exec(by)?.[1]
  if (policy !== undefined)
    return (
      <>
        policy <PolicyLink policy={policy} />
      </>
    )
  return by === outsideActor ? <>somebody outside of shelflife: no policy did it</> : <Text of={by} />
}

const wayBack = ({ heldAs }: Gone): string =>
  heldAs === undefined
    ? 'Its manifest is not in the archive: only a new push from its source puts it back.'
    : `Back with a tag on ${heldAs}, which the registry still holds: no push is needed.`
