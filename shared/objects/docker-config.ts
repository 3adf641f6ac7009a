import * as z from 'zod'
import { findJson } from '../domain/json.ts'
import type { Credential, PullCredentials } from '../domain/pull-credentials.ts'
import { normalHost } from '../domain/registry-host.ts'
import { InvalidInputError } from '../errors.ts'

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
})
const entriesSchema = z.record(z.string(), z.unknown())
const configSchema = z.object({ auths: entriesSchema.optional() })

/**
 * The credentials that an image pull Secret holds for exactly this host; empty when it holds none. Takes the decoded
 * data of both forms, `.dockerconfigjson` and the older `.dockercfg`. A key that names a path below the host holds for
 * that path alone, and `auth` wins over user name and password, as in the kubelet; of two keys for the same the first
 * counts; wildcard hosts match nothing.
 * @throws InvalidInputError that quotes nothing of the Secret.
 */
export function parseDockerConfig(secretData: Readonly<Record<string, string>>, host: string): PullCredentials {
  const byPath = new Map<string, Credential>()
  for (const [key, value] of Object.entries(entriesOf(secretData))) {
    const place = placeOf(key)
    if (place.host !== normalHost(host) || byPath.has(place.path)) continue
    const found = credentialOf(value)
    if (found) byPath.set(place.path, found)
  }
  const whole = byPath.get('')
  byPath.delete('')
  return { ...(whole && { whole }), paths: byPath }
}

function entriesOf(secretData: Readonly<Record<string, string>>): Record<string, unknown> {
  const config = secretData['.dockerconfigjson']
  if (config !== undefined) {
    const parsed = configSchema.safeParse(findJson(config))
    if (!parsed.success) throw invalid('.dockerconfigjson: expected a JSON object with the object auths')
    return parsed.data.auths ?? {}
  }
  const older = secretData['.dockercfg']
  if (older === undefined) throw invalid('expected the key .dockerconfigjson or .dockercfg')
  const parsed = entriesSchema.safeParse(findJson(older))
  if (!parsed.success) throw invalid('.dockercfg: expected a JSON object')
  return parsed.data
}

function credentialOf(value: unknown): Credential | undefined {
  const entry = entrySchema.safeParse(value)
  if (!entry.success) throw invalid('expected auth, username and password of an entry to be text')
  const { auth, identitytoken, ...plain } = entry.data
  const { username, password } = auth ? decodeAuth(auth) : plain
  if (username && password) return { username, password }
  if (identitytoken)
    throw invalid(
      'expected a user name with a password, got an identitytoken, the login of a person that ends within hours; use a robot account or a token that has a password',
    )
  if (auth) throw invalid('expected auth to be base64 of user:password, with a password')
  return undefined
}

// Some tools write the alphabet of URLs; Buffer reads both.
function decodeAuth(auth: string): Credential {
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(auth.trim())
  const text = isBase64 ? Buffer.from(auth, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  if (colon < 1) throw invalid('expected auth to be base64 of user:password')
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}

/** `https://host/v2/team/` is the host with the path `team`: `/v1` and `/v2` are where the API begins. */
function placeOf(key: string): { readonly host: string; readonly path: string } {
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/]*)(?:\/v[12](?=\/|$))?\/*(.*)$/i.exec(key.trim()) ?? []
  return { host: normalHost(host), path: path.replace(/\/+$/, '') }
}

const invalid = (expectation: string): InvalidInputError =>
  new InvalidInputError(`image pull Secret: ${expectation}; make it with kubectl create secret docker-registry`)
