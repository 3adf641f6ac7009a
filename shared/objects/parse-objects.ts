import * as z from 'zod'
import { dayMs, parseDurationMs } from '../domain/duration.ts'
import { type Right, rights } from '../domain/grants/grant.ts'
import { type IssueWording, issueTexts } from '../domain/issue-text.ts'
import { pathGlob, registryHost, repositoryPath, tagName } from '../domain/name-schemas.ts'
import { type ProviderLabel, providerLabels } from '../domain/providers/providers.ts'
import { InvalidInputError } from '../errors.ts'
import type { CustomObject } from '../ports/cluster.ts'

/** What a Repository object asks for, with the defaults of its definition applied. */
export interface RepositorySpec {
  /** Path in the registry, without the host. */
  readonly repository: string
  /** Absent = the whole repository. */
  readonly tag?: string
  /** Exactly one of this and `dockerConfigSecretRef` is given. An absent namespace is the object's own. */
  readonly registryRef?: { readonly name: string; readonly namespace?: string }
  readonly dockerConfigSecretRef?: { readonly name: string }
  /** Absent where it is chosen by the size of the repository. */
  readonly syncIntervalMs?: number
  readonly timeoutMs: number
  readonly retryCount: number
  readonly retryIntervalMs: number
  readonly suspend: boolean
  /** How often a sync was asked for by hand; absent where the cluster does not count that. */
  readonly syncRequests?: number
  /** `linux/amd64`, `linux/arm/v7`; empty = all. */
  readonly platforms: readonly string[]
}

/** What a RegistrySecret object says, with the defaults of its definition applied. */
export interface RegistrySecretSpec {
  /** Normalised: lower case, no `:443`, one name for Docker Hub. */
  readonly domain: string
  /** Which kind of registry it is: how it is read with the credential of this object, where the settings do not name it. */
  readonly provider: ProviderLabel
  readonly secretRef?: { readonly name: string }
  readonly username?: string
  /** Deprecated: the password in the object itself. Never to be shown. */
  readonly password?: string
  readonly insecure: boolean
  readonly caSecretRef?: { readonly name: string }
  readonly verifyIntervalMs: number
  /** A Secret that may delete in this registry; read right before use, never copied. */
  readonly deleteSecretRef?: { readonly name: string }
  /** To whom this object is lent, for what. */
  readonly accessFrom: {
    /** Names of namespaces, exactly. */
    readonly namespaces: readonly string[]
    /** Globs of paths; absent in objects of versions before, and then none for a new object. */
    readonly repositories?: readonly string[]
    readonly may: readonly Right[]
  }
}

const duration = z.string().transform((text, context) => {
  try {
    return parseDurationMs(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a duration such as 90s, 10m or 1h30m' })
    return z.NEVER
  }
})

const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'expected the name of a Kubernetes object')
const reference = z.object({ name: objectName })

/** What clusters wrote into objects that named no interval. */
const formerDefault = '1h'

const repositorySchema = z
  .object({
    repository: repositoryPath,
    tag: tagName.exactOptional(),
    registryRef: z.object({ name: objectName, namespace: objectName.exactOptional() }).exactOptional(),
    dockerConfigSecretRef: reference.exactOptional(),
    syncInterval: z.preprocess(
      text => (text === formerDefault ? undefined : text),
      duration.refine(ms => ms >= 60_000, 'expected at least 1m').optional(),
    ),
    timeout: duration.refine(ms => ms > 0, 'expected more than 0s').optional(),
    syncTimeout: duration.refine(ms => ms > 0, 'expected more than 0s').optional(),
    retryCount: z.int().min(0).max(20).default(3),
    retryInterval: duration.prefault('1m'),
    suspend: z.boolean().default(false),
    syncRequests: z.int().min(0).exactOptional(),
    platforms: z
      .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, 'expected os/architecture such as linux/amd64'))
      .max(16)
      .default([]),
  })
  .refine(spec => (spec.registryRef === undefined) !== (spec.dockerConfigSecretRef === undefined), {
    path: ['registryRef'],
    message: 'expected exactly one of spec.registryRef and spec.dockerConfigSecretRef',
  })
  .refine(spec => spec.timeout === undefined || (spec.syncTimeout ?? spec.timeout) === spec.timeout, {
    path: ['timeout'],
    message: 'expected the same as its deprecated alias spec.syncTimeout, or only one of them',
  })

const registrySecretSchema = z
  .object({
    domain: registryHost,
    provider: z.enum(providerLabels).default('other'),
    secretRef: reference.exactOptional(),
    username: z.string().max(255).exactOptional(),
    password: z.string().max(4096).exactOptional(),
    insecure: z.boolean().default(false),
    caSecretRef: reference.exactOptional(),
    // Its definition refuses more than 24h; an object that is older than that refusal is verified as often as all may be.
    verifyInterval: duration.transform(ms => Math.min(ms, dayMs)).prefault('10m'),
    deleteSecretRef: reference.exactOptional(),
    accessFrom: z
      .object({
        namespaces: z.array(objectName).max(100).default([]),
        repositories: z.array(pathGlob).max(100).exactOptional(),
        may: rights.default(['read']),
      })
      .prefault({}),
  })
  .refine(spec => spec.secretRef === undefined || spec.password === undefined, {
    path: ['secretRef'],
    message: 'expected either spec.secretRef or the deprecated spec.password, not both',
  })
  .refine(spec => spec.secretRef !== undefined || (spec.username === undefined) === (spec.password === undefined), {
    path: ['username'],
    message: 'expected username and password together, or neither for anonymous access',
  })

const defaultTimeoutMs = 600_000

/** @throws InvalidInputError that names the object, the field, what was expected there and what was given. */
export function parseRepositoryObject(object: CustomObject): RepositorySpec {
  const { syncInterval, timeout, syncTimeout, retryInterval, ...spec } = parseSpec(repositorySchema, object)
  return {
    ...spec,
    ...(syncInterval !== undefined && { syncIntervalMs: syncInterval }),
    timeoutMs: timeout ?? syncTimeout ?? defaultTimeoutMs,
    retryIntervalMs: retryInterval,
  }
}

/** @throws InvalidInputError that names the object, the field and what was expected there, and never a value. */
export function parseRegistrySecretObject(object: CustomObject): RegistrySecretSpec {
  const { verifyInterval, ...spec } = parseSpec(registrySecretSchema, object, { hidesValues: true })
  return { ...spec, verifyIntervalMs: verifyInterval }
}

function parseSpec<T>(schema: z.ZodType<T>, object: CustomObject, wording: IssueWording = {}): T {
  const parsed = schema.safeParse(object.spec)
  if (parsed.success) return parsed.data
  const { namespace, name } = object.metadata
  const issues = issueTexts(parsed.error, object.spec, 'spec', { root: 'spec', ...wording })
  throw new InvalidInputError(`${object.kind} ${namespace}/${name}: ${issues.join('; ')}`, { cause: parsed.error })
}
