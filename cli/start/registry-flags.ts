import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import {
  factsOf,
  findKnownProvider,
  type RegistryProvider,
  registryProviders,
} from '../../shared/domain/providers/providers.ts'
import { normalHost } from '../../shared/domain/registry-host.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { RegistryCredential } from '../../shared/ports/registry.ts'
import { parseSettings } from '../../shared/settings.ts'
import type { HostOptions } from '../embedded/host.ts'
import { type LocalRegistry, localRegistrySettings } from '../embedded/local-registry.ts'
import { parseHosts } from './parse-hosts.ts'

/** What stands after one `--registry`, or before any: flags by their names, each as often as it was given. */
type Given = Map<FlagName, string[]>

const flags = {
  '--provider': ['<name>', `which kind it is: ${registryProviders.join(', ')}`],
  '--username': ['<name>', 'with --password-file: what it is read with, and deleted from where --grants says so'],
  '--password-file': ['<file>', 'a file that holds the password or token'],
  '--api': ['<url>', 'where its own API is, if not there or where that of its provider is known to be'],
  '--api-token-file': ['<file>', 'a file that holds the token of its own API, where that takes another'],
  '--realm-host': ['<hosts>', 'other hosts whose token service may receive its credential, separated by commas'],
  '--alias': ['<hosts>', 'other names by which workloads mean it, separated by commas'],
  '--not-alias': ['<hosts>', 'hosts by which they do not, though they name one of its paths and tags'],
  '--capacity': ['<bytes>', 'what it may hold; storageThresholdPercent of a policy is a share of it'],
} as const
type FlagName = keyof typeof flags
/** Those that say something of the loopback registry too. */
const ofLoopback: readonly FlagName[] = ['--alias', '--not-alias', '--capacity']

/**
 * The flags about registries: those after a `--registry` are about that one. Where there is one only, they may stand before it, and
 * without any some are about the loopback registry.
 */
export class RegistryFlags {
  readonly #before: Given = new Map()
  readonly #registries: { readonly url: string; readonly given: Given }[] = []

  addTo(command: Command): Command {
    command.option('--registry <url>', 'a real registry instead of the loopback one; again for another', url => {
      this.#registries.push({ url, given: new Map() })
      return url
    })
    for (const name of Object.keys(flags) as FlagName[]) {
      const [value, text] = flags[name]
      command.option(`${name} ${value}`, text, (given: string) => {
        const about = this.#registries.at(-1)?.given ?? this.#before
        about.set(name, [...(about.get(name) ?? []), given])
        return given
      })
    }
    return command
  }

  /** @throws InvalidInputError that names the flag */
  read(): Pick<HostOptions, 'registries' | 'loopback'> {
    const [first, second] = this.#registries
    if (first === undefined) return { loopback: loopbackOf(this.#before) }
    const [stray] = this.#before.keys()
    if (second !== undefined && stray !== undefined)
      throw new InvalidInputError(
        `${stray}: expected it after the --registry that it is about, got it before the first`,
      )
    const registries = this.#registries.map(({ url, given }) => registryOf(url, new Map([...this.#before, ...given])))
    checkAll(registries)
    return { registries }
  }
}

function loopbackOf(given: Given): NonNullable<HostOptions['loopback']> {
  const stray = [...given.keys()].find(name => !ofLoopback.includes(name))
  if (stray !== undefined)
    throw new InvalidInputError(`${stray}: expected it after the --registry that it is about, got it without one`)
  return namesOf(given)
}

function namesOf(given: Given): Pick<LocalRegistry, 'aliases' | 'notAliases' | 'capacityBytes'> {
  const capacity = lastOf(given, '--capacity')
  return {
    aliases: hostsOf(given, '--alias'),
    notAliases: hostsOf(given, '--not-alias'),
    ...(capacity !== undefined && { capacityBytes: parseCapacity(capacity) }),
  }
}

function registryOf(text: string, given: Given): LocalRegistry {
  const url = parseUrl('--registry', text)
  const host = normalHost(new URL(url).host)
  const provider = lastOf(given, '--provider')
  const api = lastOf(given, '--api')
  const credential = credentialOf(given)
  // That of the hosted ones is known, and not always where their name leads.
  const isKnown = findKnownProvider(host) !== undefined && url === `https://${host}`
  return {
    host,
    ...(!isKnown && { endpoint: url }),
    ...(provider !== undefined && { provider: parseProvider(provider) }),
    ...(api !== undefined && { api: parseUrl('--api', api, true) }),
    ...(credential && { credential }),
    realmHosts: hostsOf(given, '--realm-host'),
    ...namesOf(given),
  }
}

function parseProvider(text: string): RegistryProvider {
  const provider = registryProviders.find(name => name === text)
  if (provider === undefined)
    throw new InvalidInputError(`--provider: expected one of ${registryProviders.join(', ')}, got ${quoted(text)}`)
  const { credential, isPublic } = factsOf(provider)
  if (credential === 'role' && isPublic)
    throw new InvalidInputError(
      `--provider: expected a registry with a user name and a password, got ${provider}, which the deployed functions reach by their role; leave --provider out: everybody reads it, and nothing is deleted there`,
    )
  if (credential === 'role')
    throw new InvalidInputError(
      `--provider: expected a registry with a user name and a password, got ${provider}, which the deployed functions reach by their role; leave --provider out and give --username AWS with a --password-file of what \`aws ecr get-login-password\` prints: it is read so, and nothing is deleted there`,
    )
  return provider
}

function credentialOf(given: Given): RegistryCredential | undefined {
  const username = lastOf(given, '--username')
  const file = lastOf(given, '--password-file')
  const tokenFile = lastOf(given, '--api-token-file')
  if (username === undefined && file === undefined && tokenFile === undefined) return undefined
  if (file === undefined) throw new InvalidInputError('--password-file: expected it beside --username, got none')
  if (username === undefined) throw new InvalidInputError('--username: expected it beside --password-file, got none')
  return {
    username,
    password: readSecret('--password-file', file),
    ...(tokenFile !== undefined && { apiToken: readSecret('--api-token-file', tokenFile) }),
  }
}

function readSecret(flag: string, file: string): string {
  if (!existsSync(file)) throw new InvalidInputError(`${flag}: expected a file, found none at ${file}`)
  const text = readFileSync(file, 'utf8').trim()
  if (text === '') throw new InvalidInputError(`${flag}: expected a text in ${file}, got an empty file`)
  return text
}

const lastOf = (given: Given, name: FlagName): string | undefined => given.get(name)?.at(-1)

const hostsOf = (given: Given, name: FlagName): string[] =>
  (given.get(name) ?? []).flatMap(text => parseHosts(name, text))

function parseCapacity(text: string): number {
  const bytes = Number(text)
  if (/^\d+$/.test(text) && bytes > 0 && Number.isSafeInteger(bytes)) return bytes
  throw new InvalidInputError(`--capacity: expected a whole number of bytes over 0, got ${quoted(text)}`)
}

/** Without what goes on after the host, where registries have nothing. */
function parseUrl(flag: string, text: string, keepsPath = false): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) {
    const { origin, pathname } = new URL(text)
    return keepsPath ? `${origin}${pathname.replace(/\/+$/, '')}` : origin
  }
  throw new InvalidInputError(`${flag}: expected a URL such as https://registry.example.com, got ${quoted(text)}`)
}

/** What the settings refuse of them together, such as one host twice. */
function checkAll(registries: readonly LocalRegistry[]): void {
  try {
    parseSettings({ registries: registries.map(registry => localRegistrySettings(registry, [])) })
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(`--registry: ${error.message}`, { cause: error })
  }
}
