import * as z from 'zod'

/** By which replication names a private ECR registry. */
export const registryPlace = z.strictObject({ account: z.string(), region: z.string() })
export type RegistryPlace = z.infer<typeof registryPlace>

const replicationRule = z.strictObject({
  destinations: z.array(registryPlace).readonly(),
  /** How paths begin that it copies, without regard to slashes; none for all. */
  prefixes: z.array(z.string()).readonly(),
})
export type ReplicationRule = z.infer<typeof replicationRule>

const cacheRule = z.strictObject({
  /** The first segments of the paths that it fills; empty for what no other rule fills. */
  prefix: z.string(),
  /** The host that it fetches from, as references to images spell it. */
  upstream: z.string(),
  /** What stands there in the place of `prefix`; empty for nothing. */
  upstreamPrefix: z.string(),
})
export type CacheRule = z.infer<typeof cacheRule>

const readPart = <S extends z.ZodType>(rule: S) =>
  z.strictObject({
    /** When `rules` was read; absent where it never could be. */
    readAt: z.date().exactOptional(),
    rules: z.array(rule).readonly(),
    /** Why it could not be read when it was asked for last. */
    refused: z.string().exactOptional(),
  })

/** To which registries one replicates what is pushed to it. */
export const readReplication = readPart(replicationRule)

/** Of which upstreams a registry keeps what is pulled through it. */
export const readCaches = readPart(cacheRule)

/** A part of what a registry says, or why it may not be read. */
export type Told<Rule> = { readonly rules: readonly Rule[] } | { readonly refused: string }

/** What a registry says of the images that it copies by itself. */
export interface RegistryCopies {
  /** Undefined where it is not known which it is. */
  readonly place: RegistryPlace | undefined
  readonly replication: Told<ReplicationRule>
  readonly caches: Told<CacheRule>
}
