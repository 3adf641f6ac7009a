import { amountText } from '../amount-text.ts'
import { BytesFreed } from '../bytes-freed.ts'
import { dayMs } from '../duration.ts'
import { dayOf } from '../instant.ts'
import type { ImageRecord, Mark } from '../records/images.ts'
import type { Told } from '../records/notifications.ts'
import { changedBy, doneText, type PolicyRecord, type RunRecord } from '../records/policies.ts'
import { sizeText } from '../size.ts'
import { type Line, outside } from './message.ts'
import type { Subject } from './receiver.ts'

/** Something to be told, with what is written down once it is. */
export interface Notice {
  readonly subject: Subject
  readonly basis: string
  readonly upTo?: Date
  readonly lines: readonly Line[]
}

/** What was told before of a subject; undefined for nothing. */
export type ToldBefore = (subject: Subject) => Told | undefined

const startOfDay = (at: Date): number => Math.floor(at.getTime() / dayMs) * dayMs

/** True where a subject may be told of today, which is the day in UTC: once. */
export const isOpenToday = (told: Told | undefined, now: Date): boolean =>
  told === undefined || dayOf(told.at) < dayOf(now)

/** What lasts is told again after so long. */
const remindMs = 7 * dayMs

const isNews = (told: Told | undefined, basis: string, now: Date): boolean =>
  isOpenToday(told, now) && (told?.basis !== basis || startOfDay(now) - startOfDay(told.at) >= remindMs)

/** An image that goes soon: what a message is made of, and no more, since a policy may mark very many. */
export type Going = Pick<ImageRecord, 'repository' | 'sizeBytes' | 'blobs'> & {
  readonly mark: Pick<Mark, 'markedAt' | 'deleteAfter' | 'archives'>
}

/** The end of tomorrow: what goes later is told another day. */
const horizonOf = (now: Date): Date => new Date(startOfDay(now) + 2 * dayMs)

/** What a message says of an image; undefined where it does not go until the end of tomorrow. */
export function goingOf({ repository, sizeBytes, blobs, mark, goneAt }: ImageRecord, now: Date): Going | undefined {
  if (mark === undefined || goneAt !== undefined) return undefined
  const { markedAt, deleteAfter, archives } = mark
  if (deleteAfter <= now || deleteAfter >= horizonOf(now)) return undefined
  return {
    repository,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(blobs && { blobs }),
    mark: { markedAt, deleteAfter, ...(archives && { archives }) },
  }
}

/**
 * A mark bears the time at which the planner began and is written minutes later, by another clock: one that is hardly
 * older than a message may have been written after it. It is told once more.
 */
const writtenLateMs = 15 * 60_000

/** What a policy is about to do, as far as that was not told before. */
export function deletionsAhead(
  policy: string,
  soon: readonly Going[],
  told: Told | undefined,
  now: Date,
): Notice | undefined {
  if (!isOpenToday(told, now)) return undefined
  const upTo = horizonOf(now)
  const isTold = ({ mark }: Going) =>
    told?.upTo !== undefined &&
    mark.markedAt.getTime() <= told.at.getTime() - writtenLateMs &&
    mark.deleteAfter <= told.upTo
  const going = soon.filter(image => !isTold(image))
  if (going.length === 0) return undefined
  const lines = [aheadLine(policy, going, now), ...keepLines(policy)]
  return { subject: 'deletions-ahead', basis: dayOf(now), upTo, lines }
}

function aheadLine(policy: string, going: readonly Going[], now: Date): Line {
  const bytes = new BytesFreed()
  for (const image of going) bytes.add(image.repository, image, true)
  const first = new Date(Math.min(...going.map(({ mark }) => mark.deleteAfter.getTime())))
  const repositories = amountText(new Set(going.map(({ repository }) => repository)).size, 'repository')
  const where = going.every(({ mark }) => mark.archives) ? ' into the archive' : ''
  const go = going.length === 1 ? 'goes' : 'go'
  // What stays may share some of it.
  const size = `up to ${sizeText(bytes.sum().total)}`
  return [
    `${whenText(first, now)} ${amountText(going.length, 'image')} of ${repositories} ${go}${where}, ${size}, by policy `,
    outside(policy),
    ', unless something needs them by then.',
  ]
}

/** `tomorrow (2026-01-02) from 02:00 UTC`. */
function whenText(at: Date, now: Date): string {
  const isToday = dayOf(at) === dayOf(now)
  return `${isToday ? 'Today' : 'Tomorrow'} (${dayOf(at)}) from ${at.toISOString().slice(11, 16)} UTC`
}

function keepLines(policy: string): Line[] {
  const [, namespace, name] = policy.split('/')
  return [
    ['Which and why: ', outside(`shelflife plan --policy-name ${policy} --only delete`)],
    [
      'Keep some: run them, or name them in exclude or keepTags of the policy. Keep all: ',
      outside(`kubectl annotate imagecleanuppolicy ${name} -n ${namespace} theriseunion.io/pause=keep --overwrite`),
    ],
  ]
}

/** A run counts where it did something, or failed at it; a run on dry run does nothing. */
const isTold = (run: RunRecord): boolean =>
  !run.dryRun && (changedBy(run) > 0 || run.failed > 0 || run.result === 'Failed' || run.result === 'PartialFailure')

/** Runs that ended this long ago are told to who was told nothing of the policy before. */
const firstLookMs = dayMs

/** The runs that have ended since the last that was told. */
export function runsEnded({ id, runs }: PolicyRecord, told: Told | undefined, now: Date): Notice | undefined {
  if (!isOpenToday(told, now)) return undefined
  const after = told?.upTo?.getTime() ?? now.getTime() - firstLookMs
  const ended = runs.flatMap(run => {
    const { completionTime: at } = run
    return at !== undefined && at.getTime() > after && run.result !== 'Running' && isTold(run) ? [{ run, at }] : []
  })
  const [newest, ...others] = ended.slice(0, maxRuns)
  if (!newest) return undefined
  const upTo = new Date(Math.max(...ended.map(({ at }) => at.getTime())))
  const more: Line[] =
    ended.length > maxRuns ? [[`and ${ended.length - maxRuns} more: `, outside('shelflife runs')]] : []
  return {
    subject: 'run-ended',
    basis: newest.run.runId,
    upTo,
    lines: [...[newest, ...others].flatMap(({ run, at }) => runLines(id, run, at)), ...more],
  }
}

const maxRuns = 5

const runWords: Readonly<Partial<Record<RunRecord['result'], string>>> = {
  PartialFailure: 'done in part',
  Failed: 'failed',
  Skipped: 'stopped',
}

function runLines(policy: string, run: RunRecord, at: Date): Line[] {
  const time = `${dayOf(at)} ${at.toISOString().slice(11, 16)} UTC`
  const freed = run.freedBytes > 0 ? `, ${sizeText(run.freedBytes)} freed` : ''
  const result = `${runWords[run.result] ?? 'done'}: ${doneText(run)}${freed}`
  // As the status of the policy says it, which people of its namespace read.
  const why = run.failed > 0 || run.result === 'Failed' ? [' Why: ', outside(run.message)] : []
  const undo: Line[] = changedBy(run) > 0 ? [['Undo: ', outside(`shelflife restore --run ${policy}/${run.runId}`)]] : []
  return [['The run of policy ', outside(policy), ` ended at ${time}, ${result}.`, ...why], ...undo]
}

/** The plan of a policy that waits for a person, once for each plan and then every week. */
export function waitsForApproval(
  { id, approval }: PolicyRecord,
  told: Told | undefined,
  now: Date,
): Notice | undefined {
  const wanted = approval?.wanted
  if (!wanted || !isNews(told, wanted.hash, now)) return undefined
  return {
    subject: 'waits-for-approval',
    basis: wanted.hash,
    lines: [
      [
        'Policy ',
        outside(id),
        ` waits for a person: it would delete more of ${amountText(wanted.count, 'repository')} than its share. `,
        outside(wanted.message),
      ],
      ['Look: ', outside(`shelflife plan --policy-name ${id} --only delete`)],
      ['Approve: ', outside(`shelflife approve ${id} --hash ${wanted.hash}`)],
    ],
  }
}

/** Objects of a namespace whose workloads use what cannot be pulled; once, when their number changes, and every week. */
export function inDanger(
  { cluster, namespace }: { readonly cluster: string; readonly namespace: string },
  objects: number,
  told: Told | undefined,
  now: Date,
): Notice | undefined {
  if (objects === 0 || !isNews(told, String(objects), now)) return undefined
  return {
    subject: 'in-danger',
    basis: String(objects),
    lines: [
      [
        `Workloads use what their registry holds no more, or has in its archive: ${amountText(objects, 'Repository object')} of `,
        outside(`${cluster}/${namespace}`),
        ' say InDanger. The next pull fails.',
      ],
      ['Which and why: ', outside(`kubectl describe repositories -n ${namespace}`)],
    ],
  }
}
