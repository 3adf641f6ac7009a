import { createHash } from 'node:crypto'
import type { SyncCredential } from './sync-credential.ts'

/**
 * What one Repository object asks of a sync, as requests and records name it: `READER:COUNT`, or `READER:COUNT.VERSION`.
 * READER stands for the object, what it tracks and what it reads that with, so that an object with another credential
 * asks anew. COUNT is how often it was asked by hand, where its cluster counts that (`spec.syncRequests`). VERSION is
 * the resourceVersion at which an annotation was seen that nobody had counted.
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
}

/** What an object asks as it stands. */
export function askOf({ uid, repository, credential, requests }: Asker): Ask {
  const reader = createHash('sha256').update(`${uid} ${repository} ${credential}`).digest('base64url')
  return `${reader.slice(0, 11)}:${requests ?? ''}`
}

/** The same, asked by an annotation that was not counted. */
export const askOfAnnotation = (ask: Ask, resourceVersion: string): Ask => `${ask}.${resourceVersion}`

/** `noted` is this ask, or one of an annotation that came on top of it. */
export const isWithin = (ask: Ask, noted: unknown): noted is Ask =>
  typeof noted === 'string' && (noted === ask || noted.startsWith(`${ask}.`))

/** Both are of one object that reads with one credential. */
export const isOfReader = (ask: Ask, noted: unknown): noted is Ask =>
  typeof noted === 'string' && noted.startsWith(ask.slice(0, ask.indexOf(':') + 1))

/** Of an annotation that the cluster did not count. */
export const isOfAnnotation = (ask: Ask): boolean => ask.includes('.')
