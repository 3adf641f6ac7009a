import { dayMs } from '../domain/duration.ts'
import { type Message, outside } from '../domain/notifications/message.ts'
import type { Notice } from '../domain/notifications/notices.ts'
import { hears, type Receiver, wants } from '../domain/notifications/receiver.ts'
import type { ToldRecord } from '../domain/records/notifications.ts'
import {
  AccessDeniedError,
  ConflictError,
  InvalidInputError,
  ShelflifeError,
  StoreUnavailableError,
} from '../errors.ts'
import type { Messenger, ToldStore } from '../ports/notifications.ts'
import type { Draft } from '../ports/store.ts'
import { findTellers, type NoticeDeps, type Teller } from './find-notices.ts'

export interface TellDeps extends NoticeDeps {
  readonly receivers: readonly Receiver[]
  readonly told: ToldStore
  readonly messenger: Messenger
  readonly newId: () => string
}

/** What one run did. */
export interface ToldResult {
  readonly sent: number
  /** What receivers refused, and will until somebody mends them, or the message. */
  readonly refused: readonly (AccessDeniedError | InvalidInputError)[]
  /** What may be taken later: the run is to be tried again. */
  readonly failed: readonly Error[]
}

/** Longer than a run may take: who finds it passed knows that whoever set it sends no more. */
const sendingMs = 6 * 60_000
/** No message is begun later in a run than this. */
const runMs = 4 * 60_000
/**
 * In a row, after which a receiver is left to the next run. After the first the next message is tried: one that always
 * fails would else keep those behind it from ever being told.
 */
const maxFailures = 2
/** Of what was told longer ago nothing is to be known. */
const rememberMs = 60 * dayMs

/**
 * Tells every receiver what it was not told before: of each policy and namespace one message with all there is to say.
 *
 * What is being told is written down before it is sent, by a conditional write, and that it was told after it: so of runs
 * side by side one tells, and a run that is killed between the two has its message sent once more, by the first run
 * after `sendingMs`. A receiver that refuses, or does not answer, costs itself alone, and its messages are tried again by the next run.
 */
export async function tellAll(deps: TellDeps): Promise<ToldResult> {
  const tellers = await findTellers(deps)
  const lastStart = deps.now().getTime() + runMs
  const results = await Promise.all(deps.receivers.map(receiver => tellReceiver(receiver, tellers, lastStart, deps)))
  return {
    sent: results.reduce((sum, { sent }) => sum + sent, 0),
    refused: results.flatMap(({ refused }) => refused),
    failed: results.flatMap(({ failed }) => failed),
  }
}

async function tellReceiver(
  receiver: Receiver,
  all: readonly Teller[],
  lastStart: number,
  deps: TellDeps,
): Promise<ToldResult> {
  const isHeard = hears(receiver)
  const tellers = all.filter(({ home, subjects }) => isHeard(home) && subjects.some(one => wants(receiver, one)))
  const result = { sent: 0, refused: [] as (AccessDeniedError | InvalidInputError)[], failed: [] as Error[] }
  if (tellers.length === 0) return result
  const before = await deps.told.listTold(
    receiver.name,
    tellers.map(({ of }) => of),
  )
  const recordOf = new Map(before.map(record => [record.of, record]))
  let failures = 0
  for (const teller of tellers) {
    if (deps.now().getTime() > lastStart) break
    try {
      if (await tell(receiver, teller, recordOf.get(teller.of), deps)) {
        result.sent += 1
        failures = 0
      }
    } catch (error) {
      if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
      if (error instanceof InvalidInputError || error instanceof AccessDeniedError) result.refused.push(error)
      else result.failed.push(error)
      failures = failuresAfter(error, failures)
      if (failures >= maxFailures) break
    }
  }
  return result
}

/** How many messages in a row the receiver has failed to take, as far as that says of the next. */
function failuresAfter(error: ShelflifeError, before: number): number {
  // It answered, and refused this message; the next may pass.
  if (error instanceof InvalidInputError) return 0
  return error instanceof AccessDeniedError ? maxFailures : before + 1
}

/** True where a message was sent. */
async function tell(
  receiver: Receiver,
  teller: Teller,
  before: ToldRecord | undefined,
  deps: TellDeps,
): Promise<boolean> {
  const now = deps.now()
  if (before?.sending && before.sending.until > now) return false
  const lastOf = (subject: Notice['subject']) => before?.told.find(one => one.subject === subject)
  const notices = await teller.notices(lastOf, subject => wants(receiver, subject))
  if (notices.length === 0) return false
  const claimed = await claim(receiver, teller, before, deps)
  if (!claimed) return false
  try {
    await deps.messenger.send(receiver, messageOf(teller, notices))
  } catch (error) {
    await deps.told.saveTold(released(claimed), claimed)
    throw error
  }
  await deps.told.saveTold(noted(claimed, notices, teller.readAt), claimed)
  return true
}

/** Undefined where another run was quicker, which tells it. */
async function claim(
  { name }: Receiver,
  { of }: Teller,
  before: ToldRecord | undefined,
  { told, now, newId }: TellDeps,
) {
  const at = now().getTime()
  const draft = {
    ...(before ? released(before) : { receiver: name, of, told: [] }),
    // Whose it is tells two of one moment apart.
    sending: { by: newId(), until: new Date(at + sendingMs) },
    expiresAtSeconds: Math.floor((at + rememberMs) / 1000),
  }
  try {
    return await told.saveTold(draft, before)
  } catch (error) {
    if (error instanceof ConflictError) return undefined
    throw error
  }
}

function released({ number: _, sending: _sending, ...rest }: ToldRecord): Draft<ToldRecord> {
  return rest
}

function noted(claimed: ToldRecord, notices: readonly Notice[], at: Date): Draft<ToldRecord> {
  const news = notices.map(({ subject, basis, upTo }) => ({ subject, basis, at, ...(upTo && { upTo }) }))
  const others = claimed.told.filter(({ subject }) => !news.some(one => one.subject === subject))
  return { ...released(claimed), told: [...others, ...news] }
}

const messageOf = ({ of }: Teller, notices: readonly Notice[]): Message => ({
  title: [titles[notices[0]?.subject ?? 'run-ended'], outside(of)],
  lines: notices.flatMap(({ lines }) => lines),
})

const titles: Readonly<Record<Notice['subject'], string>> = {
  'deletions-ahead': 'Images are about to go: ',
  'run-ended': 'A run has ended: ',
  'waits-for-approval': 'A plan waits for approval: ',
  'in-danger': 'Images in use cannot be pulled: ',
}
