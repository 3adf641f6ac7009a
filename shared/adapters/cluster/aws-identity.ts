import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts'
import { late } from '../../late.ts'
import { ownAwsOptions } from '../../own-aws.ts'
import { roleCredentials } from '../http/assumed-role.ts'
import type { translateAwsError } from '../http/aws-errors.ts'
import { errorOfAws } from './aws-failures.ts'

/** As whom AWS is asked. */
export interface AwsIdentity {
  /** Default: that of the environment. */
  readonly region?: string | undefined
  /** Taken one after the other, each with the credentials of the one before; none: the process's own. */
  readonly roleArns: readonly string[]
  /** In the place of the process's own credentials. */
  readonly own?: Pick<STSClientConfig, 'profile' | 'credentials'> | undefined
}

/** Answers come in a moment or not at all: what waits for them holds a run up. */
const limits = {
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  maxAttempts: 3,
}

type ClientOptions = Pick<STSClientConfig, keyof typeof limits | 'region' | 'profile' | 'credentials'>

/** Options of any client of AWS that acts as this identity, for a cluster by the name that messages have. */
export function clientOptionsOf(
  cluster: string,
  { region, roleArns, own = ownAwsOptions() }: AwsIdentity,
): ClientOptions {
  const translate: typeof translateAwsError = (what, ...failed) => errorOfAws(`cluster ${cluster}: ${what}`, ...failed)
  const base = { ...limits, ...(region !== undefined && { region }), ...own }
  return roleArns.reduce<ClientOptions>(
    (config, roleArn) => ({ ...base, credentials: roleCredentials(roleArn, config, translate) }),
    base,
  )
}

/** One client, which is made once somebody asks for it. */
export function stsClientOf(cluster: string, identity: AwsIdentity): () => Promise<STSClient> {
  const options = clientOptionsOf(cluster, identity)
  return late(async () => (await import('../http/sts.ts')).openSts(options))
}
