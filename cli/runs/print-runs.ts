import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { type Column, tableOf } from '../io/columns.ts'
import { commandName } from '../io/command-name.ts'
import { type Colour, painted, type TextStyle, wrapped } from '../io/text.ts'
import type { ShownRun, ShownRuns } from './list-runs.ts'

const columns: readonly Column[] = [
  { title: 'WHEN' },
  { title: 'POLICY', below: 'policy ' },
  { title: 'MARKED', align: 'end' },
  { title: 'DELETED', align: 'end' },
  { title: 'FAILED', align: 'end' },
  { title: 'FREED', align: 'end' },
  { title: 'HOW IT ENDED', minWidth: 24, below: '' },
  { title: 'UNDO', below: 'undo: ' },
]

const resultWords: Readonly<Record<ShownRun['result'], string>> = {
  Running: 'running',
  Success: 'done',
  PartialFailure: 'done in part',
  Failed: 'failed',
  Skipped: 'skipped',
}

const colours: Readonly<Partial<Record<ShownRun['result'], Colour>>> = {
  Running: 'yellow',
  PartialFailure: 'red',
  Failed: 'red',
}

/** For people: one row a run, newest first, each with the command that undoes it. */
export function* printRuns({ runs, forgotten }: ShownRuns, style: TextStyle): Iterable<string> {
  if (runs.length === 0) yield 'no run is known\n'
  else {
    const [title, ...rows] = tableOf(columns, runs.map(rowOf), style)
    yield `${title}\n`
    for (const [at, row] of rows.entries()) yield `${colouredRow(row, runs[at], style)}\n`
  }
  yield* forgottenLines(forgotten, style)
}

const rowOf = (run: ShownRun): string[] => [
  run.startedAt,
  run.policy,
  String(run.marked),
  run.archived === undefined ? String(run.deleted) : `${run.archived} archived`,
  String(run.failed),
  `${sizeText(run.freedBytes)}${run.dryRun && run.freedBytes > 0 ? ' not freed' : ''}`,
  `${run.dryRun ? 'dry run, ' : ''}${resultWords[run.result]}: ${run.message}`,
  run.undo ?? '',
]

/** The time of a run that failed, or still runs. */
function colouredRow(row: string, run: ShownRun | undefined, style: TextStyle): string {
  const colour = run && colours[run.result]
  const end = run?.startedAt.length ?? 0
  return colour ? painted(colour, row.slice(0, end), style) + row.slice(end) : row
}

/** Of one policy when its memory begins, of many how many there are. */
function* forgottenLines(forgotten: ShownRuns['forgotten'], style: TextStyle): Iterable<string> {
  const [first, ...others] = forgotten
  if (first === undefined) return
  const who = others.length === 0 ? `policy ${first.policy}` : amountText(forgotten.length, 'policy')
  const when = others.length === 0 ? `before ${first.before}` : 'earlier'
  const text = `${who} deleted more in runs ${when} than are kept one by one (spec.historyLimit): see ${commandName} history --action deleted --policy NAMESPACE/NAME`
  for (const line of wrapped(text, style.columns)) yield `${line}\n`
}

/** What was asked for, in the JSON document. */
export interface RunsHead {
  readonly version: 1
  readonly now: string
  readonly policy?: string
  readonly namespace?: string
  readonly since?: string
}

/** All of it as one JSON document, see runs.schema.json. */
export const runsJson = (head: RunsHead, shown: ShownRuns): string =>
  `${JSON.stringify({ ...head, ...shown }, undefined, 2)}\n`
