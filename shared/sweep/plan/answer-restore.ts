import type { RecordedChange } from '../../domain/audit.ts'
import type { PolicyRecord, RestoreState } from '../../domain/records/policies.ts'
import { slices } from '../../domain/slices.ts'
import { InvalidInputError } from '../../errors.ts'
import { type Policy, restoreAnnotation } from '../../objects/policy-object.ts'
import { type SweepRequest, waitingName } from '../../ports/messaging.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { imagesOf, listUndoable } from '../../restore/find-run.ts'
import type { RestoreTarget } from '../../restore/restore-world.ts'
import { parseRestore, shownRestore } from './parse-restore.ts'
import type { PlanDeps } from './plan-deps.ts'
import { recordOf, startOf } from './policy-start.ts'

/** So large is a message, of which ten go to the queue at once, at most 15 KB. */
const imagesOfMessage = 200
/** So many the record keeps in mind; when all are reported the next follow. */
const messagesAtOnce = 100
/** A request that nobody reported for so long was lost, or its executor is at it still and finds it done the second time. */
const lostAfterMs = 1_200_000
/** What was lost so often is told as failed, so that what follows it has its turn. */
const mostResent = 3

type RestoreDeps = Pick<PlanDeps, 'store' | 'sweepQueue' | 'now'>

/** A policy with its request, its record as it is stored, and what every write begins with. */
interface Asking {
  readonly policy: Policy
  readonly found: PolicyRecord | undefined
  readonly now: Date
  readonly deps: RestoreDeps
}

/**
 * Takes up the annotation that asks for a restore, and asks the executor for what is left of one that was taken up. True
 * where the annotation is to be taken off. It restores nothing itself. A restore is no deletion: a policy that is paused,
 * suspended or on dry run answers as well, and so does every policy while sweeps are paused. Killed anywhere, the next
 * invocation goes on.
 */
export async function answerRestore(policy: Policy, deps: RestoreDeps): Promise<boolean> {
  const given = policy.object.metadata.annotations[restoreAnnotation]
  const found = await deps.store.findPolicy(policy.id)
  const asking = { policy, found, now: deps.now(), deps }
  const state = recordOf(policy, found)?.restore
  if (given === undefined) {
    if (state && isOpen(state)) await goOn(state, asking)
    return false
  }
  const isKnown = state !== undefined && !state.taken && state.value === shownRestore(given)
  if (isKnown || (state && !state.completedAt)) {
    if (!state.completedAt) await goOn({ ...state, taken: false }, asking)
    return isKnown
  }
  await begin(given, asking)
  return true
}

/** True while something is left to do of a request that was taken up. */
export const isOpen = ({ taken, completedAt }: RestoreState): boolean => !taken || completedAt === undefined

/** The annotation is off: what is written there from now on is a new request, even if it is the same. */
export async function noteTaken(policy: Policy, { store }: Pick<RestoreDeps, 'store'>): Promise<void> {
  await saveLatest(async () => {
    const found = await store.findPolicy(policy.id)
    const restore = recordOf(policy, found)?.restore
    if (found && restore && !restore.taken)
      await store.savePolicy({ ...found, restore: { ...restore, taken: true } }, found)
  })
}

async function begin(given: string, asking: Asking): Promise<void> {
  const { now } = asking
  const state: RestoreState = {
    value: shownRestore(given),
    at: now,
    accepted: true,
    message: '',
    taken: false,
    waiting: [],
    askedUpTo: '',
    movedAt: now,
    restored: 0,
    present: 0,
    leftAlone: 0,
    failed: 0,
  }
  try {
    const targets = await findTargets(given, asking)
    await ask(state, targets, asking)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const message = error.message.slice(0, 1024)
    await save({ ...state, accepted: false, message, completedAt: now }, asking)
  }
}

/** The annotation is off by now where it is not `taken` yet. */
async function goOn(state: RestoreState, asking: Asking): Promise<void> {
  const { now, policy } = asking
  const taken = policy.object.metadata.annotations[restoreAnnotation] === undefined
  const next = { ...state, taken }
  if (state.completedAt !== undefined) return save(next, asking)
  const isLost = now.getTime() - state.movedAt.getTime() > lostAfterMs
  if (state.waiting.length > 0 && !isLost) return taken && !state.taken ? save(next, asking) : undefined
  const targets = await findTargets(state.value, asking)
  if (state.waiting.length === 0) return ask(next, targets, asking)
  const lost = requestsOf(next, targets, asking).filter(isWaiting(state))
  const resent = (state.resent ?? 0) + 1
  if (resent > mostResent) return ask(givenUp(next, lost), targets, asking)
  await save({ ...next, resent, movedAt: now }, asking)
  await send(lost, asking)
}

function givenUp(state: RestoreState, lost: readonly SweepRequest[]): RestoreState {
  const images = lost.reduce((sum, { restore }) => sum + (restore?.digests.length ?? 0), 0)
  const [first] = state.waiting
  const message = `${first}: expected an end within ${mostResent + 1} tries, got none; ask again, or restore it with the command`
  return { ...state, failed: state.failed + images, message }
}

const isWaiting =
  ({ waiting }: RestoreState) =>
  (request: SweepRequest): boolean =>
    waiting.includes(waitingName(request))

/** Asks for the repositories that follow, or ends where none does. Recorded before it is sent: the executor looks it up. */
async function ask(state: RestoreState, targets: readonly RestoreTarget[], asking: Asking): Promise<void> {
  const requests: SweepRequest[] = []
  const left = targets.filter(({ repository }) => repository > state.askedUpTo)
  let { askedUpTo } = state
  for (const target of left.toSorted((a, b) => (a.repository < b.repository ? -1 : 1))) {
    if (requests.length >= messagesAtOnce) break
    requests.push(...requestsOf(state, [target], asking))
    askedUpTo = target.repository
  }
  const waiting = requests.map(waitingName)
  const end = requests.length === 0 && { completedAt: asking.now }
  const { resent: _, ...begun } = state
  await save({ ...begun, waiting, askedUpTo, movedAt: asking.now, ...end }, asking)
  await send(requests, asking)
}

const send = (requests: readonly SweepRequest[], { deps }: Asking): Promise<void> =>
  requests.length > 0 ? deps.sweepQueue.sendSweepRequests(requests) : Promise.resolve()

async function save(restore: RestoreState, { policy, found, now, deps }: Asking): Promise<void> {
  const record = recordOf(policy, found)
  await deps.store.savePolicy({ ...startOf(policy, record, record?.plannedAt ?? now), restore }, found)
}

/** Only what this very object deleted: one that had its name before it may have been somebody else's. */
async function findTargets(value: string, { policy, now, deps: { store } }: Asking): Promise<readonly RestoreTarget[]> {
  const asked = parseRestore(value, policy.id)
  const createdAt = new Date(policy.object.metadata.creationTimestamp ?? now)
  const isWanted = (change: RecordedChange): boolean =>
    'runId' in asked
      ? change.runId === asked.runId
      : change.digest === asked.digest && (asked.repository ?? change.repository) === change.repository
  const changes = await listUndoable({ policy: policy.id, from: createdAt, isWanted }, store, now)
  const targets = await imagesOf(changes, store)
  if (targets.length === 0)
    throw new InvalidInputError(
      `expected a run or a digest of what this policy deleted since ${createdAt.toISOString()}, got ${shownRestore(value)}: it deleted nothing of that name`,
    )
  return targets
}

function requestsOf(state: RestoreState, targets: readonly RestoreTarget[], { policy, now }: Asking): SweepRequest[] {
  const { namespace, name } = policy.object.metadata
  const asked = parseRestore(state.value, policy.id)
  return targets.flatMap(({ registry, path, roots }) =>
    slices([...new Set(roots.map(({ digest }) => digest))], imagesOfMessage).map((digests, part) => ({
      cluster: policy.object.cluster,
      namespace,
      policy: name,
      runId: 'restore',
      registry,
      repository: path,
      attempt: now.toISOString(),
      restore: { at: state.at.toISOString(), part, digests, ...('runId' in asked && { run: asked.runId }) },
    })),
  )
}
