import type { ComponentChildren } from 'preact'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { Overview } from '../../api.ts'
import { stages } from '../stages.ts'
import { Time } from '../text.tsx'

/** What there is in all, and how far along its life. */
export const Numbers = ({ overview }: { overview: Overview }) => {
  const { repositories, stages: counts, stagesAt, stagesTooLarge } = overview
  return (
    <section class="panel" aria-labelledby="numbers">
      <h2 id="numbers">What there is</h2>
      <ul class="flow">
        <Figure title="repositories">{repositories.count}</Figure>
        <Figure title="tags">{repositories.tags}</Figure>
        <Figure title="in use">{repositories.inUse}</Figure>
        <Figure title="marked">{repositories.marked}</Figure>
        <Figure title="held">{sizeText(repositories.storedBytes)}</Figure>
      </ul>
      {repositories.firstDeletionAt !== undefined && (
        <p>
          The first marked image goes <Time at={repositories.firstDeletionAt} />, unless something needs it by then.
        </p>
      )}
      <h3>The four stages</h3>
      <ol class="flow arrows">
        {stages.map(stage => (
          <Figure key={stage} title={stage}>
            {counts[stage]}
          </Figure>
        ))}
      </ol>
      <p class="quiet small">
        {stagesAt === undefined ? (
          'Stages were not counted yet.'
        ) : (
          <>
            Counted <Time at={stagesAt} />.
          </>
        )}
        {stagesTooLarge > 0 && ` ${stagesTooLarge} repositories are too large to be counted.`}
      </p>
    </section>
  )
}

const Figure = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <li>
    <span class="figure">{children}</span> {title}
  </li>
)
