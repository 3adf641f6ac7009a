import http from 'node:http'
import https from 'node:https'
// This file alone of the official client, for what is long to get right: contexts, certificates, token files, exec plugins,
// OIDC, proxies. Measured as a bundle, with median time of import over nine runs of node 24: the file 207 KiB and 48 ms
// (undici and the generated API, which it needs for its own calls, are left out: see shared/kubernetes-stand-ins.ts), the
// whole package for this one class 1446 KiB and 113 ms, its generated API in place of our calls 2365 KiB and 121 ms.
import { KubeConfig } from '@kubernetes/client-node/dist/config.js'
import { AccessDeniedError, InvalidInputError } from '../../errors.ts'
import { giveOwnAwsToPlugins } from '../../own-aws.ts'

/** The API server that a kubeconfig's current context names, and the way to prove who we are there. */
export interface ApiServer {
  /** With the path prefix of the kubeconfig, without a slash at its end. */
  readonly url: string
  readonly host: string
  /** TLS settings, credentials and a keep-alive agent for one request; asked each time because tokens are renewed. */
  requestOptions(): Promise<https.RequestOptions>
}

/**
 * Reads a kubeconfig's text. A context without a user is an anonymous one.
 * @throws InvalidInputError that names the cluster and the missing part, and quotes nothing of the text.
 */
export function parseKubeconfig(cluster: string, text: string): ApiServer {
  const config = loadKubeconfig(cluster, text)
  const found = config.getCurrentCluster()
  if (found === null) throw invalid(cluster, 'expected current-context to name a context whose cluster is listed')
  if (config.getCurrentUser() === null) config.loadFromClusterAndUser(found, { name: 'anonymous' })
  const url = URL.canParse(found.server) ? new URL(found.server) : undefined
  if (url?.protocol === 'http:' && !found.skipTLSVerify)
    throw invalid(cluster, 'expected an https server: plain http needs insecure-skip-tls-verify: true')
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw invalid(cluster, 'expected an https server address')
  const agent = found.proxyUrl === undefined ? keepAliveAgent(url) : undefined
  return { url: found.server, host: url.host, requestOptions: () => requestOptions(cluster, config, agent) }
}

function loadKubeconfig(cluster: string, text: string): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromString(text)
  } catch {
    // The parser's error quotes lines of the text, credentials included, so it is no cause either.
    throw invalid(cluster, 'expected YAML with clusters, users and contexts')
  }
  giveOwnAwsToPlugins(config.users)
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

// The client library makes an agent without keep-alive. Idle sockets go early, because a frozen function finds them dead.
const keepAliveAgent = (url: URL): http.Agent =>
  new (url.protocol === 'https:' ? https.Agent : http.Agent)({ keepAlive: true, maxSockets: 64, timeout: 5_000 })

const invalid = (cluster: string, expectation: string): InvalidInputError =>
  new InvalidInputError(`cluster ${cluster}: kubeconfig: ${expectation}`)
