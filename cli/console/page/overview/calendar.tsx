import { amountText } from '../../../../shared/domain/amount-text.ts'
import type { Calendar as CalendarAnswer } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { PolicyLink } from '../policy-link.tsx'
import { repositoryAddress } from '../routes.ts'
import { Text } from '../text.tsx'
import { UnreadClusters } from '../unread-clusters.tsx'
import { useLoad } from '../use-load.ts'

type Day = CalendarAnswer['days'][number]

const shownDays = 14

/** What goes when, and which policies run. */
export function Calendar() {
  const client = useClient()
  const loaded = useLoad('calendar', () => client.get('/api/pictures/calendar', {}))
  return (
    <section class="panel" aria-labelledby="calendar">
      <h2 id="calendar">What goes when</h2>
      <LoadedPart part={loaded}>
        {({ days, unread }) => (
          <>
            <UnreadClusters of={unread} what="Marked images and runs" />
            {days.length === 0 && unread.length === 0 && (
              <p class="quiet">Nothing is marked, and no run is scheduled.</p>
            )}
            {days.length > 0 && (
              <ul class="findings">
                {days.slice(0, shownDays).map(day => (
                  <CalendarDay key={day.day} of={day} />
                ))}
              </ul>
            )}
          </>
        )}
      </LoadedPart>
    </section>
  )
}

const CalendarDay = ({ of: { day, repositories, marked, runs } }: { of: Day }) => (
  <li>
    <details>
      <summary>
        <strong>{day}</strong> {amountText(marked, 'marked image')}, {amountText(runs.length, 'run')}
      </summary>
      <ul class="findings">
        {repositories.map(one => (
          <li key={one.repository}>
            <a href={repositoryAddress(one.repository)}>
              <Text of={one.repository} />
            </a>
            : {one.marked} marked, after {one.after.slice(11, 16)}
          </li>
        ))}
        {runs.map(({ policy, at }) => (
          <li key={`${policy} ${at}`}>
            {at.slice(11, 16)} policy <PolicyLink policy={policy} />
          </li>
        ))}
      </ul>
    </details>
  </li>
)
