import { secondsOf } from '../../shared/domain/instant.ts'
import { factsOf } from '../../shared/domain/providers/providers.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { partsOf } from '../../shared/domain/repository-id.ts'
import { providerIn } from '../../shared/settings.ts'
import { getImage } from '../connect/find-image.ts'
import type { ImageExplanation } from '../explain/explanation.ts'
import { explainLive } from '../explain/run-explain.ts'
import { listShownChanges } from '../history/run-history.ts'
import type { ImagePage, TimelineEvent } from './api.ts'
import type { ConsoleDeps } from './console-deps.ts'

/** Why an image is there or gone, what happened to it, and what is to come. Reads its repository, as `explain` does. */
export async function readImagePage(name: string, { installation, now: clock }: ConsoleDeps): Promise<ImagePage> {
  const now = clock()
  const explanation = await explainLive(name, installation, now)
  const { repository, digest } = explanation.image
  const asked = `${repository}@${digest}`
  const [changes, { record }] = await Promise.all([
    listShownChanges({ image: asked, now }, installation),
    getImage(asked, installation),
  ])
  const pushed: TimelineEvent[] = record
    ? [
        {
          at: secondsOf(record.pushedAt.at),
          action: 'pushed',
          digest,
          reason: sourceTexts[record.pushedAt.source],
          facts: [],
        },
      ]
    : []
  const { gone } = explanation
  const host = partsOf(repository).registry
  return {
    explanation,
    timeline: [
      ...[...pushed, ...changes.map(({ repository: _, ...one }) => one)].sort(byTime),
      ...dueOf(explanation, digest),
    ],
    restorableUntil: factsOf(providerIn(installation.settings, host)).restorableUntil(host, undefined),
    ...(gone?.restore !== undefined && {
      restore: { image: asked, ...(gone.run !== undefined && { run: gone.run }) },
    }),
  }
}

const sourceTexts: Readonly<Record<ImageRecord['pushedAt']['source'], string>> = {
  registry: 'the registry says so',
  event: 'an event of the registry says so',
  'first-seen': 'it was first seen then: the registry does not say when it was pushed',
}

/** What was pushed by a time with seconds and recorded within the same one comes first. */
const byTime = (a: TimelineEvent, b: TimelineEvent): number => Date.parse(a.at) - Date.parse(b.at)

function dueOf({ state, mark, policies, gone }: ImageExplanation, digest: string): TimelineEvent[] {
  if (gone !== undefined || state === 'kept') return []
  const planned = policies.find(({ verdict, deletion }) => verdict === 'delete' && deletion?.after !== undefined)
  const at =
    planned?.deletion?.after ?? (policies.some(({ verdict }) => verdict === 'delete') ? undefined : mark?.deleteAfter)
  if (at === undefined) return []
  return [
    {
      at,
      action: 'due',
      actor: `policy ${planned?.policy ?? mark?.policy}`,
      digest,
      reason: planned?.deletion?.text ?? mark?.reason ?? '',
      facts: [],
    },
  ]
}
