import { amountText } from '../../shared/domain/amount-text.ts'
import { type Column, tableOf } from '../io/columns.ts'
import { commandName } from '../io/command-name.ts'
import { type TextStyle, wrapped } from '../io/text.ts'
import type { ShownChange } from './run-history.ts'

const columns: readonly Column[] = [
  { title: 'WHEN' },
  { title: 'WHAT' },
  { title: 'IMAGE', below: '' },
  { title: 'WHO', below: 'by ' },
  { title: 'WHY', minWidth: 24, below: 'because ' },
]
/** A terminal that is narrower has the day and the time of a change, and leaves out the year. */
const widthWithYear = 120
/** Where everything has room. Of a terminal the runs stand whole at the end, to be given to other commands. */
const runColumn: Column = { title: 'RUN' }
const shownRuns = 5

/**
 * The changes for people, oldest first; with their facts below them where these are asked for. `forgotten`: before when
 * only some of them are kept.
 */
export function* printHistoryTable(
  changes: readonly ShownChange[],
  withFacts: boolean,
  style: TextStyle,
  forgotten?: Date,
): Iterable<string> {
  if (changes.length === 0) yield `nothing ${forgotten ? 'is known of' : 'happened in'} that time\n`
  else yield* rowLines(changes, withFacts, style)
  if (forgotten) yield* forgottenLines(forgotten, style)
}

function* forgottenLines(before: Date, style: TextStyle): Iterable<string> {
  const day = before.toISOString().slice(0, 10)
  const text = `what was found, pushed, moved or used before ${day} is no longer kept; marks, deletions, restores and approvals are`
  for (const line of wrapped(text, style.columns)) yield `${line}\n`
}

function* rowLines(changes: readonly ShownChange[], withFacts: boolean, style: TextStyle): Iterable<string> {
  const withRun = style.columns === Number.POSITIVE_INFINITY
  const [title, ...rows] = tableOf(
    withRun ? [...columns, runColumn] : columns,
    changes.map(change => rowOf(change, style)),
    style,
  )
  yield `${title}\n`
  for (const [at, row] of rows.entries()) {
    yield `${row}\n`
    if (withFacts) yield* factLines(changes[at], style)
  }
  yield* runLines(changes, style)
}

const rowOf = (change: ShownChange, { columns: room }: TextStyle): string[] => [
  room < widthWithYear ? change.at.slice(5, 19).replace('T', ' ') : change.at.replace(/\.\d+Z$/, 'Z'),
  change.action,
  subjectOf(change),
  change.actor,
  change.reason,
  change.run ?? '',
]

/** The digest of an approval is that of a plan, and names no image. */
const subjectOf = ({ action, repository, digest, tag }: ShownChange): string => {
  if (tag !== undefined) return `${repository}:${tag}`
  return action === 'approved' ? repository : `${repository}@${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`
}

function* factLines(change: ShownChange | undefined, style: TextStyle): Iterable<string> {
  for (const fact of change?.facts ?? []) {
    for (const line of wrapped(fact, style.columns - 4)) yield `    ${line}\n`
  }
}

const deletions: readonly ShownChange['action'][] = ['deleted', 'archived', 'object-deleted']

function* runLines(changes: readonly ShownChange[], style: TextStyle): Iterable<string> {
  if (style.columns === Number.POSITIVE_INFINITY) return
  const deleted = changes.filter(one => deletions.includes(one.action)).flatMap(one => one.run ?? [])
  const runs = [...new Set(deleted)]
  if (runs.length === 0) return
  const text = `${amountText(runs.length, 'run')} deleted or archived something; the latest can be undone with`
  yield `\n${wrapped(text, style.columns).join('\n')}\n`
  for (const run of runs.slice(-shownRuns)) yield `  ${commandName} restore --run ${run}\n`
}

/** What was asked for, in the JSON document. */
export interface HistoryHead {
  readonly version: 1
  readonly image?: string
  readonly policy?: string
  readonly since?: string
  readonly actions?: readonly string[]
  readonly repository?: string
  readonly namespace?: string
  readonly until: string
}

/** All changes as one JSON document, see history.schema.json; one change a line. */
export function* printHistoryJson(head: HistoryHead, changes: readonly ShownChange[]): Iterable<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"changes":[`
  let separator = '\n'
  for (const change of changes) {
    yield separator + JSON.stringify(change)
    separator = ',\n'
  }
  yield '\n]}\n'
}

/** One change a line and nothing else. */
export function* printHistoryNdjson(changes: readonly ShownChange[]): Iterable<string> {
  for (const change of changes) yield `${JSON.stringify(change)}\n`
}
