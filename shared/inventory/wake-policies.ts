import type { Store } from '../ports/store.ts'
import { saveLatest, saveUnlessOvertaken } from '../records/save-latest.ts'
import { unlessUnreadable } from '../records/unless-unreadable.ts'

/**
 * Makes the planner look at policies again now, since what they had marked is in use: what belongs to it (the manifests
 * of an index, its signatures) is marked too. A run that is not woken looks again by itself a little later.
 */
export async function wakePolicies(policies: Iterable<string>, store: Store, now: Date): Promise<void> {
  for (const id of new Set(policies)) await wakePolicy(id, store, now)
}

/** One whose record cannot be read does nothing, awake or not. */
async function wakePolicy(id: string, store: Store, now: Date): Promise<void> {
  const wake = async () => {
    const record = await store.findPolicy(id)
    if (record?.wakeAt === undefined || (record.wakeAt <= now && record.watch === undefined)) return
    // Without this only what clusters say might be looked at, which need not have changed.
    const { watch: _, ...rest } = record
    await store.savePolicy({ ...rest, wakeAt: new Date(Math.min(record.wakeAt.getTime(), now.getTime())) }, record)
  }
  await unlessUnreadable(() => saveUnlessOvertaken(() => saveLatest(wake)))
}
