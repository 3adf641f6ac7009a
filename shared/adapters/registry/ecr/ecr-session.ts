import { ECRClient, type ECRClientConfig } from '@aws-sdk/client-ecr'
import { findEcrHost } from '../../../domain/ecr-host.ts'
import { installationCredential } from '../../../domain/sync-credential.ts'
import { assumedRole } from '../../http/assumed-role.ts'
import { errorName, throttleOf } from '../../http/aws-errors.ts'
import type { HostBudget } from '../../http/host-budget.ts'
import { hostBudgetOf } from '../registry-pool.ts'
import { type TokenPage, tokenPages } from '../token-pages.ts'
import { translateEcrError } from './ecr-errors.ts'
import type { EcrOptions } from './ecr-options.ts'

const defaultTimeoutMs = 30_000

/** Calls ECR for one registry, with errors of our families. */
export class EcrSession {
  readonly host: string
  readonly client: ECRClient
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly #registryId: string | undefined
  readonly #budget: HostBudget

  constructor(options: EcrOptions) {
    const known = findEcrHost(options.host)
    const region = options.region ?? known?.region
    const { endpoint, roleArn } = options
    this.host = options.host
    this.timeoutMs = options.timeoutMs ?? defaultTimeoutMs
    this.signal = options.signal
    this.#registryId = known?.account
    this.#budget = hostBudgetOf(options.host, options.maxConcurrentRequests)
    const config: ECRClientConfig = {
      requestHandler: { connectionTimeout: 5_000, requestTimeout: this.timeoutMs, throwOnRequestTimeout: true },
      ...(region === undefined ? {} : { region }),
      ...(roleArn === undefined ? {} : { credentials: assumedRole(roleArn, region) }),
      // Whoever names a host of FIPS means its API too.
      ...(endpoint === undefined && known?.isFips && { useFipsEndpoint: true }),
      ...(endpoint === undefined ? {} : { endpoint }),
    }
    this.client = new ECRClient(config)
  }

  /** The fields by which each call names the repository. */
  in(repository: string): { repositoryName: string; registryId?: string } {
    return { repositoryName: repository, ...this.registry }
  }

  get registry(): { registryId?: string } {
    return this.#registryId === undefined ? {} : { registryId: this.#registryId }
  }

  /** Runs one call. An error that is named in `absent` is an answer: undefined. */
  async call<T>(
    what: string,
    run: (client: ECRClient, options: { abortSignal?: AbortSignal }) => Promise<T>,
    absent: readonly string[] = [],
  ): Promise<T | undefined> {
    const send = () => run(this.client, this.signal ? { abortSignal: this.signal } : {})
    try {
      return await this.#budget.run({
        what: `${what} ${this.host}`,
        send,
        askedToWait: throttleOf,
        // Named by the role; others read the same host with credentials of their own.
        credentialId: installationCredential,
        signal: this.signal,
      })
    } catch (error) {
      if (absent.includes(errorName(error))) return undefined
      throw translateEcrError(`${what} ${this.host}`, error)
    }
  }

  /** Every page of a list. @throws InvalidInputError when a page token comes back */
  async allPages<Page extends TokenPage>(
    read: (nextToken: string | undefined) => Promise<Page | undefined>,
  ): Promise<Page[]> {
    const all: Page[] = []
    for await (const page of this.pages(read)) all.push(page)
    return all
  }

  /** The pages of a list as they come, until one has no token or is none. @throws InvalidInputError as `allPages` does */
  async *pages<Page extends TokenPage>(
    read: (nextToken: string | undefined) => Promise<Page | undefined>,
  ): AsyncGenerator<Page> {
    yield* tokenPages(this.host, read)
  }
}
