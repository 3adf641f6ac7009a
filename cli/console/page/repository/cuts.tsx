import { amountText } from '../../../../shared/domain/amount-text.ts'
import type { PolicyCut } from '../../api.ts'
import { PolicyLink } from '../policy-link.tsx'
import { Text } from '../text.tsx'

/** What each policy would delete here. */
export const Cuts = ({ cuts }: { cuts: readonly PolicyCut[] }) => (
  <section class="panel" aria-labelledby="cuts">
    <h2 id="cuts">Policies</h2>
    {cuts.length === 0 && <p class="quiet">No policy covers it: nothing of it is deleted.</p>}
    <ul class="findings">
      {cuts.map(({ policy, goes, stoppedBy, problem }) => (
        <li key={policy}>
          <PolicyLink policy={policy} />:{' '}
          {problem === undefined ? (
            `${amountText(goes, 'version')} would be deleted`
          ) : (
            <span class="bad">
              could not be judged: <Text of={problem} />
            </span>
          )}
          {stoppedBy.map(reason => (
            <span class="warn" key={reason}>
              {' '}
              deletes nothing now: <Text of={reason} />
            </span>
          ))}
        </li>
      ))}
    </ul>
  </section>
)

/** Stands where the versions begin that a policy would delete. */
export const CutLine = ({ policy }: { policy: string }) => (
  <div class="cut-line">
    from here on down <PolicyLink policy={policy} /> deletes what nothing keeps
  </div>
)
