import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'

/** Those of a name; all where none is given. @throws InvalidInputError that names those there are, where it is none of them */
export function chooseClusters(name: string | undefined, clusters: readonly Cluster[]): readonly Cluster[] {
  const wanted = clusters.filter(one => name === undefined || one.name === name)
  if (wanted.length > 0) return wanted
  throw otherCluster(quoted(name ?? ''), clusters)
}

/** The only one of them, or the one of that name. @throws InvalidInputError as {@link chooseClusters}, and where no name is given among several */
export function chooseCluster(name: string | undefined, clusters: readonly Cluster[]): Cluster {
  const [only, other] = clusters.filter(one => name === undefined || one.name === name)
  if (only && !other) return only
  throw otherCluster(name === undefined ? 'none' : quoted(name), clusters)
}

function otherCluster(got: string, clusters: readonly Cluster[]): InvalidInputError {
  const known = clusters.map(one => one.name).join(', ') || 'none'
  return new InvalidInputError(`--cluster: expected one of the configured clusters ${known}, got ${got}`)
}
