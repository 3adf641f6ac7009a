import type { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { stsClientOf } from './aws-identity.ts'
import { type EksPlugin, findEksPlugin } from './eks-plugin.ts'
import type { EksToken } from './eks-token.ts'
import { EksTokens } from './eks-tokens.ts'

/** What a credential plugin would do, done in this process. */
export interface TokenPlugin {
  /** @throws AccessDeniedError or UnavailableError where there are no credentials for it */
  findToken(): Promise<string>
  /** True where `findToken` gives another token from now on. */
  dropToken(): boolean
}

/**
 * The plugin of the current user where it makes tokens of EKS, which is then taken out of the kubeconfig: where functions
 * run there is no such program. Undefined for every other user.
 */
export function takeTokenPlugin(cluster: string, config: KubeConfig): TokenPlugin | undefined {
  const user = config.getCurrentUser()
  const plugin = findEksPlugin(user?.exec)
  if (plugin === undefined) return undefined
  config.users = config.users.map(one => (one.name === user?.name ? { name: one.name } : one))
  return createTokenPlugin(cluster, plugin)
}

function createTokenPlugin(cluster: string, { clusterName, region, roleArn, ...key }: EksPlugin): TokenPlugin {
  const own = key.credentials ? { credentials: key.credentials } : key.profile ? { profile: key.profile } : undefined
  const sts = stsClientOf(cluster, { region, roleArns: roleArn === undefined ? [] : [roleArn], own })
  const tokens = new EksTokens({ cluster, clusterName, sts, profile: key.profile, now: () => new Date() })
  let last: EksToken | undefined
  return {
    findToken: async () => {
      last = await tokens.current()
      return last.text
    },
    dropToken: () => last !== undefined && tokens.drop(last),
  }
}
