import * as z from 'zod'
import { grants } from '../domain/grants/grant.ts'
import { registryHost } from '../domain/name-schemas.ts'
import { registryProviders } from '../domain/providers/providers.ts'
import { isRegistryHost } from '../domain/registry-host.ts'
import { checkAccountAliases, checkRegistryRoles } from './checks.ts'
import { accountAlias, roleArn, secretId, sourceScope } from './names.ts'

/** A host that is spoken to, so Docker Hub's names stay apart: a credential goes to exactly the one that is named. */
const realmHost = z
  .string()
  .refine(text => isRegistryHost(text.toLowerCase()), 'expected a host name with an optional port')

const fields = z.strictObject({
  /** The host as image references spell it: `harbor.example.com`. Normalised, as are aliases and those of webhooks. */
  host: registryHost,
  provider: z.enum(registryProviders).default('oci'),
  /** Where it is reached when that is not `https://host`: an internal address, or plain HTTP on loopback. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  /** Where its own API is, beside that of the OCI specification, when that is another address than is known of its provider. */
  api: z.url({ protocol: /^https?$/ }).optional(),
  /** Other hosts under which workloads spell the same registry. */
  aliases: z.array(registryHost).default([]),
  /**
   * The clusters and `awsWorkloads` that pull from it, by name, and of an organization its members: what these use must be known before anything is deleted
   * there, and what others are known to use stays too. Default: all.
   */
  clusters: z.array(sourceScope).min(1, 'expected at least one name, or no list for all').optional(),
  /** AWS region of an ECR registry. */
  region: z.string().optional(),
  /** A role of the account of an ECR registry, by which it is read; default: the roles of the functions. */
  roleArn: roleArn.optional(),
  /** The role by which it is deleted from, and restored to. Where `roleArn` is and this is not, nothing is deleted there. */
  deleteRoleArn: roleArn.optional(),
  /** Hosts whose token realm may receive this registry's credentials, beside the registry's own. */
  realmHosts: z.array(realmHost).default([]),
  /** Requests at once to this registry, of each function and of the whole local host; default 32. */
  maxConcurrentRequests: z.int().min(1).max(256).optional(),
  /** JSON `{"username","password"}` for reading, where no RegistrySecret has one. */
  pullSecret: secretId.optional(),
  /** JSON `{"username","password"}` that only sweep-execute may read. */
  deleteSecret: secretId.optional(),
  /**
   * Which namespaces may read with the registry's own credential, and delete, below which paths; no other may. Needed
   * where there is such a credential: `[]` grants nothing.
   */
  grants: grants.optional(),
  /** Hosts by which workloads do not mean this registry, though they name one of its paths and tags. */
  notAliases: z.array(registryHost).default([]),
  /**
   * Of `ecr-public` every alias of the account, by any of which a path may begin; the first is the one that is recorded,
   * shown, and granted.
   */
  accountAliases: z.array(accountAlias).min(1, 'expected at least one alias').optional(),
  /** What it may hold, in bytes: the `storageThresholdPercent` of a policy is a share of this. */
  capacityBytes: z.int().positive().optional(),
})

/** One registry, and who may do what there. */
export const registrySettings = fields.superRefine(checkRegistryRoles).superRefine(checkAccountAliases)
