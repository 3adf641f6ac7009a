import { z } from 'zod'
import { InvalidInputError } from '../errors.ts'
import type { RegistryCredential } from '../ports/registry.ts'

const entry = z.object({
  auth: z.string().exactOptional(),
  username: z.string().exactOptional(),
  password: z.string().exactOptional(),
})
const auths = z.record(z.string(), entry)
const config = z.object({ auths })

const dockerHubHosts = new Set(['index.docker.io', 'registry-1.docker.io', 'docker.io'])

/** Every host and credential of a `kubernetes.io/dockerconfigjson` (or `dockercfg`) Secret; scheme and path of a key are dropped. */
export function parseDockerConfig(data: Readonly<Record<string, string>>): ReadonlyMap<string, RegistryCredential> {
  const text = data['.dockerconfigjson'] ?? data['.dockercfg']
  if (text === undefined) throw new InvalidInputError('secret: expected a key .dockerconfigjson, found none')
  const parsed = (
    data['.dockerconfigjson'] === undefined ? auths.transform(all => ({ auths: all })) : config
  ).safeParse(parseJson(text))
  if (!parsed.success)
    throw new InvalidInputError('secret: expected {"auths":{HOST:{"username","password"}}} in .dockerconfigjson')
  return new Map(Object.entries(parsed.data.auths).map(([host, one]) => [hostOf(host), credentialOf(one)]))
}

/** The credential for exactly this host; a look-alike suffix never matches. */
export const credentialFor = (
  credentials: ReadonlyMap<string, RegistryCredential>,
  host: string,
): RegistryCredential | undefined => credentials.get(hostOf(host))

function hostOf(key: string): string {
  const host = key
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
    .toLowerCase()
  return dockerHubHosts.has(host) ? 'docker.io' : host
}

function credentialOf({ auth, username, password }: z.infer<typeof entry>): RegistryCredential {
  if (username !== undefined && password !== undefined) return { username, password }
  const [, user, secret] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(auth ?? '', 'base64').toString('utf8')) ?? []
  if (user === undefined || secret === undefined)
    throw new InvalidInputError('secret: expected username and password, or auth as base64 of username:password')
  return { username: user, password: secret }
}

/** The parser's own message quotes the text, which may be a password: only ours is shown. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidInputError('secret: expected JSON in .dockerconfigjson')
  }
}
