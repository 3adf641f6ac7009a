import { z } from 'zod'
import { parseDurationMs } from '../domain/duration.ts'
import { InvalidInputError } from '../errors.ts'
import type { CustomObject } from '../ports/cluster.ts'

const duration = z.string().transform((text, context) => {
  try {
    return parseDurationMs(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'expected a duration' })
    return z.NEVER
  }
})
const named = z.object({ name: z.string().min(1), namespace: z.string().exactOptional() })

const defaultTimeoutMs = 10 * 60_000

const repositorySpec = z
  .object({
    repository: z.string(),
    tag: z.string().exactOptional(),
    registryRef: named.exactOptional(),
    dockerConfigSecretRef: z.object({ name: z.string().min(1) }).exactOptional(),
    syncInterval: duration.default(3_600_000),
    timeout: duration.exactOptional(),
    syncTimeout: duration.exactOptional(),
    retryCount: z.int().min(0).default(3),
    retryInterval: duration.default(60_000),
    suspend: z.boolean().default(false),
  })
  .transform(({ syncInterval, timeout, syncTimeout, retryInterval, ...rest }) => ({
    ...rest,
    syncIntervalMs: syncInterval,
    retryIntervalMs: retryInterval,
    timeoutMs: timeout ?? syncTimeout ?? defaultTimeoutMs,
  }))

const registrySecretSpec = z
  .object({
    domain: z.string().min(1),
    provider: z.enum(['harbor', 'dockerhub', 'aliyun', 'other']).default('other'),
    secretRef: z.object({ name: z.string().min(1) }).exactOptional(),
    username: z.string().exactOptional(),
    password: z.string().exactOptional(),
    insecure: z.boolean().default(false),
    caSecretRef: z.object({ name: z.string().min(1) }).exactOptional(),
    verifyInterval: duration.default(600_000),
    accessFrom: z.object({ namespaces: z.array(z.string()).default([]) }).default({ namespaces: [] }),
  })
  .transform(({ verifyInterval, accessFrom, ...rest }) => ({
    ...rest,
    verifyIntervalMs: verifyInterval,
    accessFromNamespaces: accessFrom.namespaces,
  }))

/** Durations in milliseconds, the CRD's defaults applied (`timeout` 10m). */
export type RepositorySpec = z.output<typeof repositorySpec>
export type RegistrySecretSpec = z.output<typeof registrySecretSpec>

/** @throws InvalidInputError that names the object, the field, what was expected and what came */
export const parseRepositoryObject = (object: CustomObject): RepositorySpec => parseSpec(repositorySpec, object)

/** @throws InvalidInputError; the text never holds the password */
export const parseRegistrySecretObject = (object: CustomObject): RegistrySecretSpec =>
  parseSpec(registrySecretSpec, object)

function parseSpec<T>(schema: z.ZodType<T>, object: CustomObject): T {
  const parsed = schema.safeParse(object.spec)
  if (parsed.success) return parsed.data
  const { namespace, name } = object.metadata
  throw new InvalidInputError(`${object.kind} ${namespace}/${name}: ${z.prettifyError(parsed.error)}`)
}
