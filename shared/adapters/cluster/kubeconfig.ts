import http from 'node:http'
import type https from 'node:https'
// This file alone of the official client, for what is long to get right: contexts, certificates, token files, exec plugins,
// OIDC, proxies. Measured as a bundle, with median time of import over nine runs of node 24: the file 207 KiB and 48 ms
// (undici and the generated API, which it needs for its own calls, are left out: see shared/kubernetes-stand-ins.ts), the
// whole package for this one class 1446 KiB and 113 ms, its generated API in place of our calls 2365 KiB and 121 ms.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import { giveOwnAwsToPlugins } from '../../own-aws.ts'
import { type ApiServer, keepAliveAgent } from './api-server.ts'
import { type TokenPlugin, takeTokenPlugin } from './token-plugin.ts'

/**
 * Reads a kubeconfig's text. A context without a user is an anonymous one.
 * @throws InvalidInputError that names the cluster and the missing part, and quotes nothing of the text.
 */
export function parseKubeconfig(cluster: string, text: string): ApiServer {
  const config = loadKubeconfig(cluster, text)
  const plugin = takeTokenPlugin(cluster, config)
  giveOwnAwsToPlugins(config.users)
  const found = config.getCurrentCluster()
  if (found === null) throw invalid(cluster, 'expected current-context to name a context whose cluster is listed')
  if (config.getCurrentUser() === null) config.loadFromClusterAndUser(found, { name: 'anonymous' })
  const url = URL.canParse(found.server) ? new URL(found.server) : undefined
  if (url?.protocol === 'http:' && !found.skipTLSVerify)
    throw invalid(cluster, 'expected an https server: plain http needs insecure-skip-tls-verify: true')
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw invalid(cluster, 'expected an https server address')
  const agent = found.proxyUrl === undefined ? keepAliveAgent(url) : undefined
  return serverOf({ url: found.server, host: url.host }, () => requestOptions(cluster, config, agent), plugin)
}

/** With the token of the plugin whose work is done here, where there is one. */
const serverOf = (
  address: Pick<ApiServer, 'url' | 'host'>,
  optionsWithout: ApiServer['requestOptions'],
  plugin: TokenPlugin | undefined,
): ApiServer => ({
  ...address,
  requestOptions: async () => withToken(await optionsWithout(), await plugin?.findToken()),
  withNewToken: () => (plugin?.dropToken() ? serverOf(address, optionsWithout, plugin) : undefined),
})

const withToken = (options: https.RequestOptions, token: string | undefined): https.RequestOptions =>
  token === undefined ? options : { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } }

function loadKubeconfig(cluster: string, text: string): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromString(text)
  } catch {
    // The parser's error quotes lines of the text, credentials included, so it is no cause either.
    throw invalid(cluster, 'expected YAML with clusters, users and contexts')
  }
  return config
}

async function requestOptions(
  cluster: string,
  config: KubeConfig,
  agent: http.Agent | undefined,
): Promise<https.RequestOptions> {
  const options: https.RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
    for (const [name, value] of Object.entries(options.headers ?? {})) http.validateHeaderValue(name, String(value))
  } catch {
    // A credential plugin's error may quote its output, which is the credential.
    throw new AccessDeniedError(
      `cluster ${cluster}: kubeconfig: expected credentials for its user, got none that can be sent`,
    )
  }
  return agent === undefined ? options : { ...options, agent }
}

const invalid = (cluster: string, expectation: string): InvalidInputError =>
  new InvalidInputError(`cluster ${cluster}: kubeconfig: ${expectation}`)
