import { hourMs } from '../../domain/duration.ts'
import type { CustomKind } from '../../ports/cluster.ts'

/** After it they may be declared. */
const maxAgeMs = hourMs

interface Known {
  readonly fields: readonly string[]
  readonly sinceMs: number
}

/** What the definitions of a cluster do not declare of statuses, as far as it was refused. */
export class UndeclaredFields {
  readonly #known = new Map<CustomKind, Known>()
  readonly #told = new Set<string>()
  readonly #cluster: string
  readonly #now: () => Date
  readonly #tell: (message: string) => void

  constructor(cluster: string, now: () => Date, tell: (message: string) => void) {
    this.#cluster = cluster
    this.#now = now
    this.#tell = tell
  }

  of(kind: CustomKind): readonly string[] {
    return this.#current(kind)?.fields ?? []
  }

  note(kind: CustomKind, fields: readonly string[]): void {
    const { fields: before = [], sinceMs = this.#now().getTime() } = this.#current(kind) ?? {}
    this.#known.set(kind, { fields: [...new Set([...before, ...fields])], sinceMs })
    const names = fields.map(field => `status.${field}`).filter(name => !this.#told.has(`${kind} ${name}`))
    for (const name of names) this.#told.add(`${kind} ${name}`)
    if (names.length > 0) this.#tell(textOf(kind, names, this.#cluster))
  }

  #current(kind: CustomKind): Known | undefined {
    const known = this.#known.get(kind)
    const ageMs = this.#now().getTime() - (known?.sinceMs ?? 0)
    return ageMs >= 0 && ageMs < maxAgeMs ? known : undefined
  }
}

const textOf = (kind: CustomKind, names: readonly string[], cluster: string): string =>
  `cluster ${cluster}: expected ${kind} objects to have ${names.join(', ')}, got the definition of another version, so it is left out: apply infra/cluster/crds`
