import { DescribeRegistriesCommand, ECRPUBLICClient } from '@aws-sdk/client-ecr-public'
import { withFirstAlias } from '../../../domain/account-alias.ts'
import { NotFoundError } from '../../../errors.ts'
import { errorName, throttleOf, translateAwsError } from '../../http/aws-errors.ts'
import type { HostBudget } from '../../http/host-budget.ts'
import type { Reach } from '../registry-address.ts'
import { hostBudgetOf } from '../registry-pool.ts'
import { tokenPages } from '../token-pages.ts'

/** Its API is in this region alone, and a token of it is good for the one registry there is. */
const region = 'us-east-1'
/** By which its calls are counted, apart from those to the registry. */
const apiHost = `api.ecr-public.${region}.amazonaws.com`
const defaultTimeoutMs = 30_000
export const pageSize = 1_000

type Send<T> = (client: ECRPUBLICClient, options: { abortSignal?: AbortSignal }) => Promise<T>

/**
 * Calls the API of ECR Public for the account that the process has credentials of. A path in the registry begins with an
 * alias, of which an account has one or more: the API knows repositories by what follows it.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/public/public-registries.html
 */
export class PublicSession {
  readonly host: string
  /** Aliases by which use is looked for. */
  readonly #named: readonly string[]
  readonly #client: ECRPUBLICClient
  readonly #budget: HostBudget
  readonly #signal: AbortSignal | undefined
  #aliases: Promise<readonly string[]> | undefined

  constructor({ host, settings, timeoutMs = defaultTimeoutMs, signal }: Reach) {
    this.host = host
    this.#named = settings?.accountAliases ?? []
    this.#signal = signal
    this.#budget = hostBudgetOf(settings?.api === undefined ? apiHost : new URL(settings.api).host)
    this.#client = new ECRPUBLICClient({
      region,
      requestHandler: { connectionTimeout: 5_000, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
      ...(settings?.api !== undefined && { endpoint: settings.api }),
    })
  }

  /** Runs one call. An error that is named in `absent` is an answer: undefined. */
  async call<T>(what: string, run: Send<T>, absent: readonly string[] = []): Promise<T | undefined> {
    try {
      return await this.#budget.run({
        what: `${what} ${this.host}`,
        send: () => run(this.#client, this.#signal ? { abortSignal: this.#signal } : {}),
        askedToWait: throttleOf,
        signal: this.#signal,
      })
    } catch (error) {
      if (absent.includes(errorName(error))) return undefined
      throw translated(`${what} ${this.host}`, error)
    }
  }

  /** The name of a repository in the API; undefined for one of another account. */
  async findName(path: string): Promise<string | undefined> {
    const [alias = '', ...name] = path.split('/')
    return (await this.aliases()).includes(alias) ? name.join('/') : undefined
  }

  /**
   * Why nothing of a repository is deleted: it is another account's, or what runs of it is not all looked for, since it is
   * reached by an alias that the settings do not name. Undefined where nothing is against it.
   */
  async findRefusal(path: string): Promise<string | undefined> {
    const [alias = ''] = path.split('/')
    const aliases = await this.aliases()
    if (!aliases.includes(alias))
      return 'it is in the public registry of another AWS account: the role deletes in its own'
    const strange = this.#named.find(one => !aliases.includes(one))
    if (strange !== undefined) return `accountAliases names ${strange}, which is no alias of the account`
    const named = this.#named.includes(alias) ? this.#named : [alias]
    const other = aliases.find(one => !named.includes(one))
    return other === undefined
      ? undefined
      : `it is reached by alias ${other} too, by which use is not looked for: name it in accountAliases, beside ${alias}`
  }

  /** The path under which the settings have it. */
  canonicalPath(path: string): string {
    return withFirstAlias(path, this.#named)
  }

  /** Of the account, what is shown in its addresses first; none where it has no public registry. Asked once. */
  aliases(): Promise<readonly string[]> {
    this.#aliases ??= this.#listAliases().catch((error: unknown) => {
      this.#aliases = undefined
      throw error
    })
    return this.#aliases
  }

  /** As {@link aliases}, asked anew. */
  async checkAccess(): Promise<{ latencyMs: number }> {
    const startedAt = performance.now()
    await this.#listAliases()
    return { latencyMs: Math.round(performance.now() - startedAt) }
  }

  async #listAliases(): Promise<readonly string[]> {
    const pages = tokenPages(this.host, nextToken =>
      this.call(
        'DescribeRegistries',
        (client, options) => client.send(new DescribeRegistriesCommand({ nextToken }), options),
        ['RegistryNotFoundException'],
      ),
    )
    const found: { name: string; isShown: boolean }[] = []
    for await (const { registries = [] } of pages)
      for (const { aliases = [] } of registries)
        for (const { name, status, primaryRegistryAlias } of aliases)
          if (name !== undefined && status === 'ACTIVE') found.push({ name, isShown: primaryRegistryAlias === true })
    return found.toSorted((a, b) => Number(b.isShown) - Number(a.isShown)).map(({ name }) => name)
  }
}

function translated(what: string, error: unknown): Error {
  const name = errorName(error)
  if (name === 'RepositoryNotFoundException')
    return new NotFoundError(`${what}: expected an answer, got ${name}`, { cause: error })
  return translateAwsError(what, error, 'ECR Public')
}
