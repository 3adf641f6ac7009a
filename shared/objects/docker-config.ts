import * as z from 'zod'
import { InvalidInputError } from '../errors.ts'
import type { RegistryCredential } from '../ports/registry.ts'

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
})
const entriesSchema = z.record(z.string(), z.unknown())
const configSchema = z.object({ auths: entriesSchema.optional() })

/**
 * The credential that an image pull Secret holds for exactly this host; undefined when it holds none. Takes the decoded
 * data of both forms, `.dockerconfigjson` and the older `.dockercfg`. `auth` wins over user name and password, as in
 * the kubelet; wildcard hosts match nothing.
 * @throws InvalidInputError that quotes nothing of the Secret.
 */
export function parseDockerConfig(
  secretData: Readonly<Record<string, string>>,
  host: string,
): RegistryCredential | undefined {
  const entries = Object.entries(entriesOf(secretData)).filter(([key]) => dockerHost(key) === dockerHost(host))
  // Keys may name a path below the host; the one that is the host alone speaks for the whole of it.
  const found = entries.find(([key]) => !withoutScheme(key).includes('/')) ?? entries[0]
  return found === undefined ? undefined : credentialOf(found[1])
}

function entriesOf(secretData: Readonly<Record<string, string>>): Record<string, unknown> {
  const config = secretData['.dockerconfigjson']
  if (config !== undefined) {
    const parsed = configSchema.safeParse(parseJson(config, '.dockerconfigjson'))
    if (!parsed.success) throw invalid('.dockerconfigjson: expected a JSON object with the object auths')
    return parsed.data.auths ?? {}
  }
  const older = secretData['.dockercfg']
  if (older === undefined) throw invalid('expected the key .dockerconfigjson or .dockercfg')
  const parsed = entriesSchema.safeParse(parseJson(older, '.dockercfg'))
  if (!parsed.success) throw invalid('.dockercfg: expected a JSON object')
  return parsed.data
}

function credentialOf(value: unknown): RegistryCredential | undefined {
  const entry = entrySchema.safeParse(value)
  if (!entry.success) throw invalid('expected auth, username and password of an entry to be text')
  const { auth, username, password } = entry.data
  if (auth) return decodeAuth(auth)
  return username && password ? { username, password } : undefined
}

function decodeAuth(auth: string): RegistryCredential {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(auth.trim())
  const text = isBase64 ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  if (colon < 1) throw invalid('expected auth to be base64 of user:password')
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

const dockerHubHosts = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

function dockerHost(key: string): string {
  const host = withoutScheme(key).replace(/\/.*$/, '').toLowerCase()
  return dockerHubHosts.has(host) ? 'docker.io' : host
}

const withoutScheme = (key: string): string =>
  key
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')

function parseJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's error quotes the text.
    throw invalid(`${key}: expected JSON`)
  }
}

const invalid = (expectation: string): InvalidInputError =>
  new InvalidInputError(`image pull Secret: ${expectation}; make it with kubectl create secret docker-registry`)
