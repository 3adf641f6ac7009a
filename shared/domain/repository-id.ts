import { normalHost, normalPath } from './registry-host.ts'

/** The two parts of a repository's id. */
export interface RepositoryParts {
  /** Canonical registry host. */
  readonly registry: string
  /** Path in the registry, without the host. */
  readonly path: string
}

/** How the settings spell what people and workloads may spell otherwise. */
export interface Spelling {
  canonicalHost(host: string): string
  /** `registry` by its canonical host. */
  canonicalPath(registry: string, path: string): string
}

/** Splits `host/path` at the slash that ends the host; a text without one is all path. */
export function partsOf(id: string): RepositoryParts {
  const slash = id.indexOf('/')
  return { registry: id.slice(0, Math.max(slash, 0)), path: id.slice(slash + 1) }
}

/**
 * Under which id a repository is kept that was spelled `host` and `path`, with the host and the alias of the account
 * that the settings name first; Docker Hub's `library/` is filled in whether the host as spelled or the one of the settings is Docker Hub.
 */
export function canonicalParts(host: string, path: string, spelling: Spelling): RepositoryParts {
  const spelled = normalHost(host)
  const registry = spelling.canonicalHost(spelled)
  return { registry, path: spelling.canonicalPath(registry, normalPath(registry, normalPath(spelled, path))) }
}
