import type { Digest } from '../../shared/domain/digest.ts'
import type { RegistryFacts } from '../../shared/domain/registry-facts.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'

/** Sent with what people do in the registry: the guard lets it pass, and outages do not hold it back. */
export const personHeaders = { 'x-soak-person': 'yes' } as const

/** Asked before each request to the registry that no person sent; what it answers goes out in the registry's place. */
export type Guard = (request: Request) => Promise<Response | undefined>

export const registryKinds = ['plain', 'harbor', 'ecr'] as const
export type RegistryKind = (typeof registryKinds)[number]

/** The registry of a round, with what is true of its kind. */
export interface SoakRegistry {
  readonly kind: RegistryKind
  readonly url: string
  readonly host: string
  readonly facts: RegistryFacts
  /** It says when each manifest was pushed. */
  readonly tellsPushes: boolean
  /** An image goes with its last tag. */
  readonly lastTagTakesImage: boolean
  /** The product's way to it, under any name of a host. */
  writerOf(host: string): RegistryWriter
  /** What else goes with a digest, in that order; undefined where the registry refuses to delete it. */
  takesAlong(path: string, digest: Digest): readonly Digest[] | undefined
  /** By a person. */
  deleteDigest(path: string, digest: Digest): Promise<void>
  deleteTag(path: string, tag: string): Promise<void>
  collectGarbage(): Promise<unknown>
  close(): Promise<void>
}
