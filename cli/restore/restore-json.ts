import type { RestoredItem } from '../../shared/restore/restore-outcome.ts'

/** What was put back in one repository. */
export interface RestoredRepository {
  readonly repository: string
  /** Until when this registry lets images be put back. */
  readonly restorableUntil: string
  readonly things: readonly RestoredItem[]
}

export interface RestoreResult {
  readonly dryRun: boolean
  readonly now: Date
  /** What the person should know of the clusters that pull what comes back, a line each. */
  readonly notes: readonly string[]
  readonly repositories: readonly RestoredRepository[]
}

/** How many things there are of each outcome. */
export interface RestoreTotals {
  readonly restored: number
  readonly present: number
  readonly leftAlone: number
  readonly missing: number
  readonly failed: number
}

export function totalsOf({ repositories }: RestoreResult): RestoreTotals {
  const things = repositories.flatMap(one => one.things)
  const count = (outcome: RestoredItem['outcome']) => things.filter(thing => thing.outcome === outcome).length
  return {
    restored: count('restored'),
    present: count('present'),
    leftAlone: count('left-alone'),
    missing: count('missing'),
    failed: count('failed'),
  }
}

/** The result as one JSON document, see restore.schema.json; one thing a line. */
export function* restoreJson(result: RestoreResult): Iterable<string> {
  yield `{"version":1,"now":${JSON.stringify(result.now)},"dryRun":${result.dryRun},"notes":${JSON.stringify(result.notes)},"repositories":[`
  let separator = ''
  for (const { things, ...repository } of result.repositories) {
    yield `${separator}\n${JSON.stringify(repository).slice(0, -1)},"things":[\n`
    yield things.map(thing => JSON.stringify(thing)).join(',\n')
    yield '\n]}'
    separator = ','
  }
  yield `\n],"totals":${JSON.stringify(totalsOf(result))}}\n`
}
