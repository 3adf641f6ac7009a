import { findReferred } from '../image-name.ts'
import { everyDigest, type ForeignWorkload, type Usage, type Workload } from '../usage.ts'

/** What the workloads of one repository refer to. */
export interface RepositoryUsage<W extends Workload = Workload> {
  readonly byTag: ReadonlyMap<string, readonly W[]>
  readonly byDigest: ReadonlyMap<string, readonly W[]>
  /** Workloads that name the repository and a tag or digest that cannot be compared: they protect all of it. */
  readonly unclear: readonly W[]
}

/** Everything that runs, found by repository, and by bare digest where a workload names nothing else. */
export interface UsageIndex {
  readonly complete: boolean
  /** Repositories of which it is not known what runs, though it is complete for others. */
  readonly unknownIn: ReadonlySet<string>
  readonly byRepository: ReadonlyMap<string, RepositoryUsage>
  readonly byBareDigest: ReadonlyMap<string, readonly Workload[]>
  /** What is named under other hosts, by the repository that may be meant. */
  readonly foreign: ReadonlyMap<string, RepositoryUsage<ForeignWorkload>>
}

interface MutableUsage<W extends Workload> {
  byTag: Map<string, W[]>
  byDigest: Map<string, W[]>
  unclear: W[]
}

/** Indexes usage by normalised name. Only `complete: true` counts as complete, whatever a caller's data says. */
export const indexUsage = ({ complete, workloads, unknownIn = new Set(), foreign = [] }: Usage): UsageIndex => ({
  complete: complete === true,
  unknownIn,
  ...indexWorkloads(workloads),
  foreign: indexWorkloads(foreign).byRepository,
})

const indexWorkloads = <W extends Workload>(workloads: readonly W[]) => {
  const byRepository = new Map<string, MutableUsage<W>>()
  const byBareDigest = new Map<string, W[]>()
  for (const workload of workloads) {
    const image = findReferred(workload.image)
    if (image === undefined) continue
    if (image.repository === undefined) {
      if (image.digest !== undefined) pushTo(byBareDigest, image.digest, workload)
      continue
    }
    const used = usageOf(byRepository, image.repository)
    const isUnclear = image.digest === everyDigest || (image.tag === undefined && image.digest === undefined)
    if (isUnclear) {
      used.unclear.push(workload)
      continue
    }
    if (image.tag !== undefined) pushTo(used.byTag, image.tag, workload)
    if (image.digest !== undefined) pushTo(used.byDigest, image.digest, workload)
  }
  return { byRepository, byBareDigest }
}

const usageOf = <W extends Workload>(map: Map<string, MutableUsage<W>>, repository: string): MutableUsage<W> => {
  const known = map.get(repository)
  if (known !== undefined) return known
  const usage = { byTag: new Map(), byDigest: new Map(), unclear: [] }
  map.set(repository, usage)
  return usage
}

const pushTo = <W extends Workload>(map: Map<string, W[]>, key: string, workload: W): void => {
  const known = map.get(key)
  if (known === undefined) map.set(key, [workload])
  else known.push(workload)
}
