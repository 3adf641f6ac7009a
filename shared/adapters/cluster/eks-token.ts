import type { STSClient } from '@aws-sdk/client-sts'
import { SignatureV4 } from '@smithy/signature-v4'

/** A token by which EKS knows a role or user of IAM. */
export interface EksToken {
  readonly text: string
  readonly madeAt: Date
  /** From then on another is to be made. */
  readonly renewAt: Date
}

/** STS takes a signature for 15 minutes by its own clock; what is left is for clocks that differ, and for long lists. */
const keptMs = 10 * 60_000
/** Of the credentials that signed it, which STS refuses together with all that they signed. */
const spareMs = 30_000
/** What the server of each cluster expects; STS itself ignores it. */
const statedSeconds = 60

/**
 * Signs a question to STS, who we are, which EKS then asks in our place: the cluster's name is signed with it, so that the
 * token is good for this cluster alone. Makes no call but for the credentials.
 *
 * @see https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export async function createEksToken(clusterName: string, sts: STSClient, now: Date): Promise<EksToken> {
  const { config } = sts
  const [region, { expiration }] = await Promise.all([config.region(), config.credentials()])
  // Of the region and its partition, whatever endpoint the environment names: the cluster asks no other host.
  const { url } = config.endpointProvider({ Region: region, UseGlobalEndpoint: false })
  const signer = new SignatureV4({ credentials: config.credentials, region, service: 'sts', sha256: config.sha256 })
  const { query } = await signer.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: '/',
      headers: { host: url.host, 'x-k8s-aws-id': clusterName },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    },
    { expiresIn: statedSeconds, signingDate: now },
  )
  const signed = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) signed.set(name, String(value))
  const goodUntilMs = Math.min(now.getTime() + keptMs, (expiration?.getTime() ?? Number.POSITIVE_INFINITY) - spareMs)
  return {
    text: `k8s-aws-v1.${Buffer.from(`${url.origin}/?${signed}`).toString('base64url')}`,
    madeAt: now,
    renewAt: new Date(goodUntilMs),
  }
}
