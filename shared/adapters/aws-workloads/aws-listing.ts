import { InvalidInputError, UnavailableError } from '../../errors.ts'
import { errorName, translateAwsError } from '../http/aws-errors.ts'

/** Which operation of which service: its errors say both. */
export interface AwsAction {
  readonly service: string
  readonly operation: string
  /** Names of errors that are an answer: there is nothing of the kind, or not any more. */
  readonly absent?: readonly string[]
  /** The same, of errors whose name does not tell. */
  readonly isAbsent?: (error: unknown) => boolean
}

export interface CallOptions {
  readonly abortSignal: AbortSignal
}

export interface AwsPage<Item> {
  readonly items: readonly Item[] | undefined
  readonly next: string | undefined
}

/** The calls of one listing in one region: all of them end at its deadline, with errors of our families. */
export class AwsListing {
  readonly region: string
  readonly #timeoutMs: number
  readonly #deadline: AbortSignal
  #isStopped = false

  constructor(region: string, timeoutMs: number) {
    this.region = region
    this.#timeoutMs = timeoutMs
    this.#deadline = AbortSignal.timeout(timeoutMs)
  }

  /** Starts no more calls, since the listing has failed; what runs may end, and is remembered. */
  stop(): void {
    this.#isStopped = true
  }

  /** Undefined for an error that the action names as absent. */
  async call<T>(action: AwsAction, run: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    if (this.#isStopped)
      throw new UnavailableError(`${this.textOf(action)}: not called, the listing has failed`, { kind: 'server' })
    try {
      return await run({ abortSignal: this.#deadline })
    } catch (error) {
      if (action.absent?.includes(errorName(error)) || action.isAbsent?.(error)) return undefined
      if (this.#deadline.aborted) throw this.#late(action, error)
      throw translateAwsError(this.textOf(action), error, action.service)
    }
  }

  /**
   * Every item of every page; none where the action names the error of the first as absent. A later page that is absent is
   * an error like any other, since the list is cut by it.
   * @throws InvalidInputError when a page token comes back
   */
  async all<Item>(
    action: AwsAction,
    read: (token: string | undefined, options: CallOptions) => Promise<AwsPage<Item>>,
  ): Promise<Item[]> {
    const items: Item[] = []
    const seen = new Set<string>()
    const { service, operation } = action
    for (let token: string | undefined; ; ) {
      const page = await this.call(token === undefined ? action : { service, operation }, options =>
        read(token, options),
      )
      items.push(...(page?.items ?? []))
      token = page?.next
      if (!token) return items
      if (seen.has(token))
        throw new InvalidInputError(`${this.textOf(action)}: expected a list that ends, got a page token again`)
      seen.add(token)
    }
  }

  /** `ECS ListTasks in eu-west-1` */
  textOf({ service, operation }: AwsAction): string {
    return `${service} ${operation} in ${this.region}`
  }

  #late(action: AwsAction, cause: unknown): UnavailableError {
    const within = `${this.#timeoutMs / 1000} s`
    return new UnavailableError(
      `${this.textOf(action)}: expected the whole listing within ${within}, got a part; what never changes is remembered, so that the next one gets further`,
      { kind: 'timeout', cause },
    )
  }
}
