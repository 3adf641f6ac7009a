import { createHash } from 'node:crypto'
import type { SyncCredential } from './sync-credential.ts'

/**
 * What one Repository object asks of a sync, as requests and records name it: `READER:COUNT.gGENERATION`, with
 * `.VERSION` or `~VERSION` behind it where that alone does not tell it from what was asked before.
 *
 * READER stands for the object, what it tracks and what it reads that with. COUNT is how often it was asked by hand,
 * where its cluster counts that (`spec.syncRequests`). GENERATION is `metadata.generation`: whoever applied a change and
 * waits is waiting for a read that was made for it, whatever the change was, and though it leads back to what was read
 * before. VERSION is a resourceVersion: behind a dot that of an annotation that was not counted, behind a tilde that
 * at which an object of one generation came back to what it had read before, by way of its RegistrySecret.
 *
 * Versions before said `READER:COUNT` or `READER:COUNT.VERSION`, and take what is said now for their own.
 */
export type Ask = string

/** As many as one request may have. */
export const mostAsks = 1_000

export interface Asker {
  readonly uid: string
  /** `host/path`. */
  readonly repository: string
  readonly credential: SyncCredential
  /** `spec.syncRequests`. */
  readonly requests: number | undefined
  /** `metadata.generation`. */
  readonly generation: number
}

/** What an object asks as it stands. */
export function askOf({ uid, repository, credential, requests, generation }: Asker): Ask {
  const reader = createHash('sha256').update(`${uid} ${repository} ${credential}`).digest('base64url')
  return `${reader.slice(0, 11)}:${requests ?? ''}.g${generation}`
}

/** The same, asked by an annotation that was not counted. */
export const askOfAnnotation = (ask: Ask, resourceVersion: string): Ask => `${ask}.${resourceVersion}`

/** The same, asked by an object that read something else in between. */
export const askOfReturn = (ask: Ask, resourceVersion: string): Ask => `${ask}~${resourceVersion}`

/** `noted` is this ask, or one of an annotation or a return that came on top of it. */
export const isWithin = (ask: Ask, noted: unknown): noted is Ask =>
  typeof noted === 'string' && (noted === ask || noted.startsWith(`${ask}.`) || noted.startsWith(`${ask}~`))

/** Both are of one object that reads with one credential. */
export const isOfReader = (ask: Ask, noted: unknown): noted is Ask =>
  typeof noted === 'string' && noted.startsWith(ask.slice(0, ask.indexOf(':') + 1))

/** Both are of one reader, and no person asked in between, where the cluster counts that. */
export const isOfCount = (ask: Ask, noted: unknown): noted is Ask =>
  typeof noted === 'string' && noted.startsWith(ask.slice(0, ask.indexOf('.') + 1))

/** Of an annotation that the cluster did not count. */
export const isOfAnnotation = (ask: Ask): boolean => /\.g\d+\./.test(ask)

/** What a status notes; where a version before named it, with the generation that the status was written for. */
export const notedAt = (noted: unknown, observedGeneration: unknown): unknown =>
  typeof noted === 'string' ? noted.replace(ofBefore, `$1.g${observedGeneration}`) : noted

const ofBefore = /^([\w-]+:\d*)(?!\d|\.g)/
