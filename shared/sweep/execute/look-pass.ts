import { dayMs } from '../../domain/duration.ts'
import type { LookRecord } from '../../domain/records/syncs.ts'
import type { SweepRequest } from '../../ports/messaging.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import type { Store } from '../../ports/store.ts'
import { saveLatest } from '../../records/save-latest.ts'
import { beginning, inOneGo, type Position, type Slice } from '../../sync/slice.ts'
import { syncRepository } from '../../sync/sync-repository.ts'
import { idOf } from '../../sync/task-deps.ts'

export interface LookDeps {
  readonly store: Store
  readonly now: () => Date
  /** Milliseconds until the invocation is ended from outside; absent where nothing ends it. */
  readonly remainingMs?: (() => number) | undefined
  /** Aborted once so many milliseconds are over; default: in real time. */
  readonly deadline?: ((ms: number) => AbortSignal) | undefined
}

/** What an execution reads a registry with. */
export interface Looking {
  readonly reader: RegistryReader
  /** True where the reader asks with the credential of a namespace: what that does not find is not gone for others. */
  readonly isTenants: boolean
}

/** From when to when a registry was read that takes several invocations. */
export interface Span {
  readonly begunAt: Date
  readonly endedAt: Date
}

/** All was read, in this invocation unless `span` says otherwise; or how far it came. */
export type Looked = { readonly span?: Span } | { readonly unfinished: string }

/** Nothing is deleted on a look older than this, or than twice the time that it took. */
const maxLookAgeMs = 60_000
/** A look that stood still for so long begins anew: its beginning and its end would be of different times. */
const maxPauseMs = 30 * 60_000
/** The rest is for what is under way, the verdict and the report. */
const shareOfInvocation = 0.7
const rememberedMs = 7 * dayMs

/** From when on nothing may be deleted on a look. */
export const staleAtOf = ({ begunAt, endedAt }: Span): number =>
  endedAt.getTime() + Math.max(maxLookAgeMs, 2 * (endedAt.getTime() - begunAt.getTime()))

/**
 * Reads the registry for a verdict. One that is too large for this invocation is read over several of the same run; when
 * all is read, that counts for as long as any look does.
 * Events about what was just deleted make sync write at the same moment: a registry that is read in one go is then read
 * once more.
 */
export async function lookAtRegistry(request: SweepRequest, looking: Looking, deps: LookDeps): Promise<Looked> {
  const { store, now } = deps
  const pass = new LookPass(request, await findLook(request, deps), deps)
  if (pass.span) return { span: pass.span }
  const context = () => ({
    repository: pass.repository,
    actor: 'sweep',
    authority: looking.isTenants ? ('none' as const) : ('full' as const),
    now: now(),
    hinted: false,
  })
  const read = { store, reader: looking.reader, signal: pass.signal }
  const { isUnfinished, tagCount } = await saveLatest(
    () => syncRepository(context(), request.repository, read, pass),
    2,
  )
  if (isUnfinished) return { unfinished: pass.text }
  return pass.from ? { span: await pass.end(tagCount) } : {}
}

/** Continues a look that an earlier invocation began; undefined where there is none. */
export async function continueLook(
  request: SweepRequest,
  looking: Looking,
  deps: LookDeps,
): Promise<Looked | undefined> {
  const found = await findLook(request, deps)
  return found && found.endedAt === undefined ? lookAtRegistry(request, looking, deps) : undefined
}

/** That of the same run, as long as it counts. */
async function findLook(request: SweepRequest, { store, now }: LookDeps): Promise<LookRecord | undefined> {
  const found = await store.findLook(idOf(request), policyOf(request))
  if (found?.runId !== request.runId) return undefined
  const { startedAt, movedAt, endedAt } = found
  const untilMs = endedAt ? staleAtOf({ begunAt: startedAt, endedAt }) : movedAt.getTime() + maxPauseMs
  return now().getTime() <= untilMs ? found : undefined
}

export const policyOf = ({ cluster, namespace, policy }: SweepRequest): string => `${cluster}/${namespace}/${policy}`

class LookPass implements Slice {
  readonly repository: string
  readonly timeMs: number
  readonly signal: AbortSignal | undefined
  readonly firstChunk = 32
  readonly now: () => Date
  readonly tags = []
  readonly readTags = inOneGo.readTags
  readonly #request: SweepRequest
  readonly #store: Store
  readonly #startedAt: Date
  #record: LookRecord | undefined
  /** As it is stored, perhaps of another run. */
  #stored: LookRecord | undefined
  #hasRead = false

  constructor(request: SweepRequest, record: LookRecord | undefined, { store, now, remainingMs, deadline }: LookDeps) {
    this.repository = idOf(request)
    this.#request = request
    this.#store = store
    this.#record = record
    this.#stored = record
    this.#startedAt = record?.startedAt ?? now()
    this.now = now
    this.timeMs = remainingMs ? remainingMs() * shareOfInvocation : Number.POSITIVE_INFINITY
    this.signal = remainingMs ? (deadline ?? AbortSignal.timeout)(Math.round(this.timeMs)) : undefined
  }

  get from(): Position | undefined {
    return this.#record
  }

  /** Undefined while not all is read. */
  get span(): Span | undefined {
    const { endedAt } = this.#record ?? {}
    return endedAt && { begunAt: this.#startedAt, endedAt }
  }

  get text(): string {
    const { done, total } = this.#record ?? beginning
    return `looked at ${thousands(done)} of ${thousands(total)} tags so far`
  }

  moved = (position: Position): Promise<void> => this.#save(position)

  async end(tagCount: number): Promise<Span> {
    const endedAt = this.now()
    await this.#save({ ...(this.#record ?? beginning), tagCount }, endedAt)
    return { begunAt: this.#startedAt, endedAt }
  }

  async #save({ after, done, total, tagCount, changes, hasRead, denied }: Position, endedAt?: Date): Promise<void> {
    const at = this.now()
    // One of another run stands in its place.
    if (!this.#stored && !this.#hasRead)
      this.#stored = await this.#store.findLook(this.repository, policyOf(this.#request))
    this.#hasRead = true
    this.#stored = await this.#store.saveLook(
      {
        repository: this.repository,
        policy: policyOf(this.#request),
        runId: this.#request.runId,
        ...{ after, done, total, tagCount, changes, hasRead, denied },
        startedAt: this.#startedAt,
        movedAt: at,
        ...(endedAt && { endedAt }),
        expiresAtSeconds: Math.floor((at.getTime() + rememberedMs) / 1000),
      },
      this.#stored,
    )
    this.#record = this.#stored
  }
}

const thousands = (count: number): string => count.toLocaleString('en-US')
