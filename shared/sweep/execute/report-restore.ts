import type { PolicyRecord, RestoreState } from '../../domain/records/policies.ts'
import { type RestorePart, type SweepRequest, waitingName } from '../../ports/messaging.ts'
import type { Store } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { isBack, type RestoredItem, type RestoreOutcome } from '../../restore/restore-outcome.ts'
import { policyOf } from './look-pass.ts'

/** What became of one part of a restore. */
export interface PartRestored {
  readonly things: readonly RestoredItem[]
  /** Why images of the part were left as they are, and how many; absent where none was. */
  readonly problem?: string
  readonly notRestored?: number
}

const attempts = 8
const shownCharacters = 1_024

/** Counts the part to its request, once: a part that does not wait any more was reported before. */
export async function reportRestore(
  request: SweepRequest,
  { at }: RestorePart,
  part: PartRestored,
  { store, now }: { readonly store: Store; readonly now: () => Date },
): Promise<void> {
  const name = waitingName(request)
  await saveLatest(async () => {
    const record = await store.findPolicy(policyOf(request))
    const restore = record?.restore
    if (!record || restore?.at.toISOString() !== at || !restore.waiting.includes(name)) return
    await store.savePolicy(withPart(record, restore, { name, part, now: now() }), record)
  }, attempts)
}

function withPart(
  record: PolicyRecord,
  before: RestoreState,
  { name, part, now }: { readonly name: string; readonly part: PartRestored; readonly now: Date },
): PolicyRecord {
  const amountOf = (...outcomes: readonly RestoreOutcome[]) =>
    part.things.filter(({ outcome }) => outcomes.includes(outcome)).length
  const [odd] = part.things.filter(thing => !isBack(thing))
  const why = part.problem ?? (odd && `${odd.kind} ${odd.name}: ${odd.reason}`)
  return {
    ...record,
    restore: {
      ...before,
      waiting: before.waiting.filter(one => one !== name),
      movedAt: now,
      restored: before.restored + amountOf('restored'),
      present: before.present + amountOf('present'),
      leftAlone: before.leftAlone + amountOf('left-alone'),
      failed: before.failed + amountOf('missing', 'failed') + (part.notRestored ?? 0),
      message: why === undefined ? before.message : `${name.split(' ')[0]}: ${why}`.slice(0, shownCharacters),
    },
  }
}
