import { AccessDeniedError } from '../../../errors.ts'
import type { Reach } from '../registry-address.ts'

/** One private ECR registry, reached with the credentials that the process has from AWS. */
export interface EcrOptions {
  readonly host: string
  /** Default: what the host says, then the process's own. */
  readonly region?: string | undefined
  /** The role that is assumed; default: the process's own credentials. */
  readonly roleArn?: string | undefined
  /** Of the ECR API; default AWS's own. */
  readonly endpoint?: string | undefined
  /** For each request. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** To this registry, of all that this process does there together; default 32. */
  readonly maxConcurrentRequests?: number | undefined
}

/** To read, by the settings, whose endpoint is that of the API. */
export const ecrOptionsOf = ({ host, settings, timeoutMs, signal }: Reach): EcrOptions => ({
  host,
  region: settings?.region,
  roleArn: settings?.roleArn,
  endpoint: settings?.endpoint,
  maxConcurrentRequests: settings?.maxConcurrentRequests,
  timeoutMs,
  signal,
})

/**
 * To delete and to restore.
 * @throws AccessDeniedError where the settings have a role for reading alone: what it may do there is for reading
 */
export function ecrWriterOptionsOf(reach: Reach): EcrOptions {
  const { roleArn, deleteRoleArn } = reach.settings ?? {}
  if (roleArn !== undefined && deleteRoleArn === undefined)
    throw new AccessDeniedError(
      `${reach.host}: expected a deleteRoleArn in registries, by which is deleted there, got the roleArn for reading alone`,
    )
  return { ...ecrOptionsOf(reach), roleArn: deleteRoleArn }
}
