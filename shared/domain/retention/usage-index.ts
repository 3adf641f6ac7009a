import { InvalidInputError } from '../../errors.ts'
import { type BareDigest, findRepositoryOf, type ImageName, parseImageName } from '../image-name.ts'
import type { ForeignWorkload, Usage, Workload } from '../usage.ts'

/** What the workloads of one repository refer to. */
export interface RepositoryUsage<W extends Workload = Workload> {
  readonly byTag: ReadonlyMap<string, readonly W[]>
  readonly byDigest: ReadonlyMap<string, readonly W[]>
  /** Workloads that name the repository and a digest that cannot be compared: they protect all of it. */
  readonly unclear: readonly W[]
}

/** Everything that runs, found by repository, and by bare digest where a workload names nothing else. */
export interface UsageIndex {
  readonly complete: boolean
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
export const indexUsage = ({ complete, workloads, foreign = [] }: Usage): UsageIndex => ({
  complete: complete === true,
  ...indexWorkloads(workloads),
  foreign: indexWorkloads(foreign).byRepository,
})

const indexWorkloads = <W extends Workload>(workloads: readonly W[]) => {
  const byRepository = new Map<string, MutableUsage<W>>()
  const byBareDigest = new Map<string, W[]>()
  for (const workload of workloads) {
    const image = readImage(workload.image)
    if (image === undefined) continue
    if (image.repository === undefined) {
      if (image.digest !== undefined) pushTo(byBareDigest, image.digest, workload)
      continue
    }
    const used = usageOf(byRepository, image.repository)
    if (image.tag !== undefined) pushTo(used.byTag, image.tag, workload)
    if (image.digest !== undefined) pushTo(used.byDigest, image.digest, workload)
    if (image.tag === undefined && image.digest === undefined) used.unclear.push(workload)
  }
  return { byRepository, byBareDigest }
}

type ReadImage = ImageName | BareDigest | { readonly repository: string; readonly tag?: never; readonly digest?: never }

/**
 * Undefined for a text that no runtime can pull, so it protects nothing that a registry could hold. A digest of another
 * algorithm can be pulled but not compared: then only the repository is known.
 */
const readImage = (text: string): ReadImage | undefined => {
  try {
    return parseImageName(text)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const repository = text.includes('@') ? findRepositoryOf(text) : undefined
    return repository === undefined ? undefined : { repository }
  }
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
