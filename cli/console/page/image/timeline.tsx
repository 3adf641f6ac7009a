import type { TimelineEvent } from '../../api.ts'
import { Text, Time } from '../text.tsx'

const dots: Readonly<Partial<Record<TimelineEvent['action'], string>>> = {
  marked: 'warn-dot',
  due: 'warn-dot',
  deleted: 'bad-dot',
  'tag-gone': 'bad-dot',
  'image-gone': 'bad-dot',
  'delete-failed': 'bad-dot',
  restored: 'good-dot',
  'mark-lifted': 'good-dot',
  used: 'good-dot',
  pushed: 'good-dot',
}

/** Of a long life the latest; the history has all. */
const shownEvents = 100

/** The life of an image, newest first, with what is to come. */
export function Timeline({ events }: { events: readonly TimelineEvent[] }) {
  const shown = events.toReversed().slice(0, shownEvents)
  return (
    <section class="panel" aria-labelledby="timeline">
      <h2 id="timeline">Its life</h2>
      {shown.length === 0 && <p class="quiet">nothing is known of it</p>}
      <ol class="timeline">
        {shown.map((event, at) => (
          <li key={event.id ?? `${at} ${event.at}`} class={dots[event.action] ?? ''}>
            <strong>{event.action}</strong> {event.tag !== undefined && <Text of={event.tag} />} <Time at={event.at} />
            {event.actor !== undefined && (
              <>
                {' '}
                by <Text of={event.actor} />
              </>
            )}
            {event.reason !== '' && (
              <div>
                <Text of={event.reason} />
              </div>
            )}
          </li>
        ))}
      </ol>
      {events.length > shownEvents && <p class="quiet">and {events.length - shownEvents} earlier</p>}
    </section>
  )
}
