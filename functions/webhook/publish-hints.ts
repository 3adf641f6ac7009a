import { amountText } from '../../shared/domain/amount-text.ts'
import type { Hint } from '../../shared/domain/events.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import type { EventPublisher } from '../../shared/ports/messaging.ts'
import type { Sender, WebhookLog } from './find-senders.ts'
import { mergeHints, wholeOf } from './merge-hints.ts'
import type { Delivered } from './note-deliveries.ts'
import type { ProviderHint } from './providers/provider.ts'

export interface PublishDeps {
  readonly events: EventPublisher
  readonly log: WebhookLog
  /** How the settings spell a path of a registry. */
  readonly canonicalPath: (registry: string, path: string) => string
  /** Records what came of one sender; the name under which it did, where it is time to. */
  readonly note: (sender: Sender, what: Pick<Delivered, 'kind' | 'repository' | 'tag'>) => Promise<string | undefined>
}

/**
 * Publishes the hints that each sender's secret may speak of; answers what became of them.
 *
 * Where equal secrets leave open which registry speaks, each one's repository is read as a whole and none takes the event
 * for a push of its own: a read finds what is true, while a refused event would be seen hours later.
 */
export async function publishHints(
  senders: readonly Sender[],
  hints: readonly ProviderHint[],
  deps: PublishDeps,
): Promise<string> {
  const merged = senders.length === 1 ? mergeHints(hints) : wholeOf(hints)
  const counts = await Promise.all(senders.map(sender => publishOf(sender, merged, deps)))
  const dropped = [...new Set(merged.map(({ repository }) => repository))].filter(
    repository => !senders.some(({ covers }) => covers(repository)),
  )
  if (dropped.length > 0)
    deps.log.warn('hints dropped: the secret is not for their repositories', {
      registries: senders.map(({ registry }) => registry),
      repositories: dropped.slice(0, maxNamed),
      repositoryCount: dropped.length,
    })
  const count = counts.reduce((sum, one) => sum + one, 0)
  return hints.length === 0
    ? 'nothing here concerns images'
    : [amountText(count, 'hint'), ...droppedText(dropped)].join('; ')
}

/** In log and answer; the rest is counted. */
const maxNamed = 10

function droppedText(dropped: readonly string[]): string[] {
  if (dropped.length === 0) return []
  const names = dropped.slice(0, maxNamed).map(quoted).join(', ')
  const more = dropped.length > maxNamed ? ` and ${dropped.length - maxNamed} more` : ''
  return [`dropped those for ${names}${more}: see webhooks[].repositories in the settings`]
}

/** Answers how many there were. */
async function publishOf(
  sender: Sender,
  hints: readonly ProviderHint[],
  { events, note, canonicalPath }: PublishDeps,
): Promise<number> {
  const { registry } = sender
  const covered = hints.filter(({ repository }) => sender.covers(repository))
  const [first] = covered
  const { repository, tag } = first ?? {}
  const delivery = await note(sender, {
    kind: first ? 'hints' : 'nothing',
    ...(repository !== undefined && { repository }),
    ...(tag !== undefined && { tag }),
  })
  const byType = [...Map.groupBy(covered, ({ type }) => type)]
  await Promise.all(
    byType.map(([type, group]) =>
      events.publishEvents(
        type,
        group.map((hint): Hint => {
          const { type: _, ...where } = hint
          const repository = canonicalPath(registry, where.repository)
          return { registry, ...where, repository, ...(delivery !== undefined && hint === first && { delivery }) }
        }),
      ),
    ),
  )
  return covered.length
}
