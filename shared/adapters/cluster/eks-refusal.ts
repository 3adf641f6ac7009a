import type { STSClient } from '@aws-sdk/client-sts'
import { errorOfAws } from './aws-failures.ts'

/** Signatures are good for minutes: clocks that differ by so much are why they are refused. */
const skewMs = 4 * 60_000

export interface Refusal {
  /** The name or id that tokens are for. */
  readonly clusterName: string
  readonly sts: () => Promise<STSClient>
  /** The clock of the API server as it refused, where it told it. */
  readonly answeredAt: Date | undefined
  readonly now: Date
}

/**
 * Why an API server takes a token for nobody's, as far as it can be found out from here: it says the same for a clock that is
 * off, credentials that ended, and a role without an access entry.
 */
export async function refusalText({ clusterName, sts, answeredAt, now }: Refusal): Promise<string> {
  const aheadMs = answeredAt === undefined ? 0 : now.getTime() - answeredAt.getTime()
  if (Math.abs(aheadMs) > skewMs)
    return `the clock here is ${Math.round(Math.abs(aheadMs) / 60_000)} minutes ${aheadMs > 0 ? 'ahead of' : 'behind'} that of the API server: set it`
  try {
    const { askForIdentity } = await import('../http/sts.ts')
    const arn = await askForIdentity(await sts())
    return `expected an access entry of cluster ${clusterName} for ${principalText(arn)}, found none that counts`
  } catch (error) {
    return errorOfAws('STS GetCallerIdentity', error, 'STS').message
  }
}

/** The session of a role as the role, which is what an access entry names; the path of a role is not in it. */
function principalText(arn: string): string {
  const [, account, role] = /^arn:[^:]+:sts::(\d+):assumed-role\/([^/]+)\//.exec(arn) ?? []
  return role === undefined ? arn : `the role ${role} of account ${account}`
}
