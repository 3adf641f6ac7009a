import { correlated } from '../../shared/ports/messaging.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { type CopyWatch, longestLookMs } from '../../shared/sync/copy-watch.ts'
import { type GuardDeps, runGuarded } from '../../shared/sync/hosts/run-guarded.ts'
import { parseSyncMessage, type SyncTask, whereOf } from '../../shared/sync/parse-message.ts'
import { idOf } from '../../shared/sync/task-deps.ts'
import type { Invocation } from '../runtime/lambda-handler.ts'
import type { QueueConsumer } from '../runtime/queue-consumer.ts'
import type { UntrackedPushes } from './untracked-pushes.ts'

type ConsumeDeps = Omit<GuardDeps, 'holder' | 'remainingMs'> &
  Pick<QueueConsumer<SyncTask>, 'messages'> &
  Pick<Rulebook, 'canonicalHost'> & { readonly untracked: UntrackedPushes; readonly copies: Pick<CopyWatch, 'look'> }

/** How the messages of the queues `hints` and `sync` are handled. */
export const syncConsumer = ({
  messages,
  canonicalHost,
  untracked,
  copies,
  ...deps
}: ConsumeDeps): QueueConsumer<SyncTask> => ({
  parse: body => parseSyncMessage(body, canonicalHost),
  keysOf: task => ({ repository: idOf(whereOf(task)), correlation_id: task.correlationId }),
  handle: async (task, { log, count, awsRequestId, getRemainingTimeInMillis }) => {
    const { outcome, message: detail } = await runGuarded(task, {
      ...deps,
      events: correlated(deps.events, task.correlationId),
      holder: awsRequestId,
      remainingMs: () => getRemainingTimeInMillis(),
    })
    if (outcome === 'synced') count('SyncsSucceeded', 1)
    if (outcome === 'failed') count('SyncsFailed', 1)
    // A registry may hold a thousand repositories that nobody tracks, and CI pushes to all of them.
    const summary = outcome === 'untracked' ? untracked.note(idOf(whereOf(task))) : untracked.due()
    if (summary !== undefined) log.info('untracked', { detail: summary })
    if (outcome !== 'untracked') log.info(outcome, { task, detail })
    // What is cut off here would be a sync that failed.
    if (task.kind === 'request' && getRemainingTimeInMillis() > longestLookMs) await lookAt(copies, log)
  },
  messages,
})

/** The sync itself is done and recorded. */
async function lookAt(copies: Pick<CopyWatch, 'look'>, log: Invocation['log']): Promise<void> {
  try {
    await copies.look()
  } catch (error) {
    log.warn('expected to read how registries copy images, and could not', { error })
  }
}
