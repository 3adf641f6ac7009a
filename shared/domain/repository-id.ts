/** The two parts of a repository's id. */
export interface RepositoryParts {
  /** Canonical registry host. */
  readonly registry: string
  /** Path in the registry, without the host. */
  readonly path: string
}

/** Splits `host/path` at the slash that ends the host; a text without one is all path. */
export function partsOf(id: string): RepositoryParts {
  const slash = id.indexOf('/')
  return { registry: id.slice(0, Math.max(slash, 0)), path: id.slice(slash + 1) }
}
