import { InvalidInputError } from '../errors.ts'
import { type Digest, isDigest } from './digest.ts'
import { dockerHub, isRegistryHost, normalHost, normalPath } from './registry-host.ts'
import { isRepositoryPath, isTag, quoted } from './repository-name.ts'

/** A full image name. Neither tag nor digest given means the tag `latest`, which is then filled in. */
export interface ImageName {
  /** Registry host with its port where one is given: `docker.io`, `localhost:5000`. */
  readonly host: string
  /** The repository within the registry: `library/nginx`. */
  readonly path: string
  /** Host and path: the normalised name that two spellings of one repository share. */
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}

/** What a container runtime reports for an image it knows by identity alone. */
export interface BareDigest {
  readonly repository?: undefined
  readonly digest: Digest
}

/** Runtimes put a prefix of their own before the name: `docker-pullable://`, `containerd://`. */
const runtimePrefix = /^.*:\/\//
const hexOnly = /^[0-9a-f]{64}$/i
/** A container runtime may spell an IPv6 address; no setting and no RegistrySecret does. */
const bracketedHost = /^\[[0-9a-f:]+\](:[0-9]{1,5})?$/
const maxNameLength = 1024

/**
 * Reads an image as clusters and people spell it. `nginx`, `docker.io/nginx:latest` and
 * `docker-pullable://index.docker.io/library/nginx` have one repository; a digest is read in any case.
 * Throws InvalidInputError for text that no container runtime would accept.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export const parseImageName = (text: string): ImageName | BareDigest => {
  const name = text.length <= maxNameLength ? text.replace(runtimePrefix, '') : ''
  if (hexOnly.test(name)) return { digest: digestOf(`sha256:${name}`, text) }
  if (/^sha256:/i.test(name)) return { digest: digestOf(name, text) }
  const at = name.indexOf('@')
  const digest = at < 0 ? undefined : digestOf(name.slice(at + 1), text)
  const { named, tag } = splitTag(at < 0 ? name : name.slice(0, at))
  if (tag !== undefined && !isTag(tag)) throw refused(text, `the tag ${quoted(tag)} is none`)
  const { host, path } = splitHost(named, text)
  const label = tag ?? (digest === undefined ? 'latest' : undefined)
  return {
    host,
    path,
    repository: `${host}/${path}`,
    ...(label === undefined ? {} : { tag: label }),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** The normalised `host/path` of a repository named without tag and digest. Throws InvalidInputError for anything else. */
export const parseRepositoryName = (text: string): string => {
  const lastSegment = text.slice(text.lastIndexOf('/') + 1)
  if (text.length > maxNameLength || lastSegment.includes(':') || text.includes('@')) {
    throw refused(text, 'a repository is named without tag and digest')
  }
  const { host, path } = splitHost(text, text)
  return `${host}/${path}`
}

/** Where a placeholder begins that a workflow fills in when it runs: `{{inputs.parameters.tag}}`, `$(params.tag)`, `${TAG}`. */
const placeholder = /\{\{|\$[({]/

/** A repository of which one image is meant that cannot be told: it may be any. */
export interface WholeRepository extends Pick<ImageName, 'host' | 'path' | 'repository'> {
  readonly tag?: undefined
  readonly digest?: undefined
}

/**
 * What a reference of a workload says, as far as it can be compared. A digest of another algorithm, or a template such as
 * `host/app:{{tag}}`, leaves the repository; a template in the place of the repository leaves the digest, where there is
 * one. Undefined where neither can be read, which no runtime can pull as it stands.
 */
export const findReferred = (text: string): ImageName | BareDigest | WholeRepository | undefined => {
  try {
    return parseImageName(text)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return findPartOf(text)
  }
}

const findPartOf = (text: string): BareDigest | WholeRepository | undefined => {
  const start = text.search(placeholder)
  const known = (start < 0 ? text : text.slice(0, start)).replace(runtimePrefix, '')
  const { named, tag } = splitTag(known.split('@', 1)[0] ?? '')
  // What a placeholder follows right after the path may be more of the path.
  if (known.includes('@') || (start >= 0 && tag !== undefined)) {
    const whole = findWhole(named)
    if (whole) return whole
  }
  const digest = /@(sha256:[0-9a-f]{64})$/i.exec(text)?.[1]?.toLowerCase()
  return digest !== undefined && isDigest(digest) ? { digest } : undefined
}

const findWhole = (named: string): WholeRepository | undefined => {
  if (named.length > maxNameLength) return undefined
  try {
    const { host, path } = splitHost(named, named)
    return { host, path, repository: `${host}/${path}` }
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
}

const digestOf = (digest: string, text: string): Digest => {
  const lower = digest.toLowerCase()
  if (isDigest(lower)) return lower
  throw refused(text, `the digest ${quoted(digest)} is not sha256: and 64 hex digits`)
}

/** A colon after the last slash begins the tag; one before it belongs to the host's port. */
const splitTag = (name: string): { named: string; tag: string | undefined } => {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  return colon < 0 ? { named: name, tag: undefined } : { named: name.slice(0, colon), tag: name.slice(colon + 1) }
}

const splitHost = (named: string, text: string): { host: string; path: string } => {
  const slash = named.indexOf('/')
  const first = named.slice(0, Math.max(slash, 0))
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()
  const host = isHost ? normalHost(first) : dockerHub
  const path = normalPath(host, isHost ? named.slice(slash + 1) : named)
  if (!isRegistryHost(host) && !bracketedHost.test(host)) throw refused(text, `${quoted(host)} is no registry host`)
  if (!isRepositoryPath(path)) throw refused(text, `${quoted(path)} is no repository path`)
  return { host, path }
}

const refused = (text: string, why: string): InvalidInputError =>
  new InvalidInputError(`expected an image name such as registry.example.com/app:v1, got ${quoted(text)}: ${why}`)
