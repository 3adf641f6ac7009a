import { readFileSync } from 'node:fs'
import { hashNumber } from '../../../shared/domain/hash-number.ts'
import type { FunctionName } from '../../../shared/wiring.ts'
import type { Scene } from './api-servers.ts'
import { assumptions } from './assumptions.ts'
import { Installation, type Measured, queueEvent } from './installation.ts'
import { digestOfImage } from './registry.ts'
import type { Sent } from './services.ts'
import { nothing, sum, type Usage, usageOf } from './tally.ts'
import { namesOf, registryHost, secretIds, type World } from './world.ts'

/** Why a function ran. */
export type Kind =
  | 'webhook'
  | 'sync by hint'
  | 'full sync'
  | 'reconcile by schedule'
  | 'reconcile by event'
  | 'inventory'
  | 'sweep-plan'
  | 'sweep-execute'
  | 'audit-export'

export const functionOf: Readonly<Record<Kind, FunctionName>> = {
  webhook: 'webhook',
  'sync by hint': 'sync',
  'full sync': 'sync',
  'reconcile by schedule': 'reconcile',
  'reconcile by event': 'reconcile',
  inventory: 'inventory',
  'sweep-plan': 'sweep-plan',
  'sweep-execute': 'sweep-execute',
  'audit-export': 'audit-export',
}

const consumers: Readonly<Record<string, Kind>> = {
  'hints.fifo': 'sync by hint',
  'sync.fifo': 'full sync',
  'reconcile.fifo': 'reconcile by event',
  'sweep.fifo': 'sweep-execute',
}

/** An installation whose minutes are played one after the other; what is sent reaches its function in the same minute. */
export class Play {
  readonly installation: Installation
  readonly clusters: number
  minute = 0
  /** The minute of the hour came of so many repositories with the last run of reconcile, each of which it read whole. */
  turns = 0
  #lookedAtMinute = 0
  readonly #world: World
  readonly #processes: number
  #heard = 0
  #used = new Map<Kind, Usage>()
  storedBytes = 0

  private constructor(installation: Installation, world: World, processes: number) {
    this.installation = installation
    this.#processes = processes
    this.clusters = world.clusters
    this.#world = world
  }

  /**
   * A world in which all is synced, its statuses written, and its use known. Of several processes of reconcile the first has
   * all runs of the schedule unless it is said otherwise, and the others have what comes by the queue.
   */
  static async start(scene: Scene, processes = 1): Promise<Play> {
    const { world } = scene
    const { large: _, ...rest } = world
    const seed = { ...rest, clusters: 1, repositories: 1, pods: assumptions.podsARepository.value }
    const installation = await Installation.start({ ...scene, policySpec: undefined, world: seed })
    const play = new Play(installation, world, processes)
    for (let round = 0; round < 3; round++) {
      await play.run('inventory', {})
      await play.run('reconcile by schedule', {})
      play.minute += 1
    }
    if (world.goneEach) await installation.fillGone(world.goneEach, true)
    await installation.retell()
    await installation.play(scene)
    // What runs already has the settings of the small world.
    await installation.restartAll()
    await installation.slow({
      table: assumptions.tableMs.value,
      services: assumptions.servicesMs.value,
      kubernetes: assumptions.kubernetesMs.value,
      registry: assumptions.registryMs.value,
    })
    return play
  }

  /** Runs a function, and then all that runs because of it. */
  async run(kind: Kind, event: unknown): Promise<void> {
    const { sent } = await this.alone(kind, event)
    await this.deliver(sent)
  }

  /** Runs a function; what it sends is left lying. */
  async alone(kind: Kind, event: unknown, at = this.#processOf(kind)): Promise<Measured & { readonly usage: Usage }> {
    if (kind === 'reconcile by schedule' && at === 0) this.#countTurns()
    const measured = await this.installation.run(functionOf[kind], event, this.minute * 60_000, at)
    this.storedBytes = measured.storedBytes
    const usage = usageOf(functionOf[kind], measured)
    this.#note(kind, usage)
    return { ...measured, usage }
  }

  /** What was used since it was asked last. */
  take(): ReadonlyMap<Kind, Usage> {
    const used = this.#used
    this.#used = new Map()
    return used
  }

  /** A push of a new image as its registry tells of it: the webhook, and all that follows. */
  async push(place: number, tag: string, image: number, world: World): Promise<void> {
    const { path } = namesOf(place, world)
    await this.installation.push(path, tag, image)
    await this.run('webhook', webhookEvent(path, tag, digestOfImage(image)))
  }

  /** What is published to the bus reaches nobody here. */
  async deliver({ messages }: Sent): Promise<void> {
    for (const { queue, body } of messages) {
      const kind = consumers[queue]
      if (kind === undefined) throw new Error(`expected a queue of the wiring, got ${queue}`)
      // Lambda receives it and deletes it.
      this.#note(kind, { ...nothing, counts: { 'sqs.requests': 2 / assumptions.messagesABatch.value } })
      await this.run(kind, queueEvent(queue, body))
    }
  }

  #processOf(kind: Kind): number {
    if (kind !== 'reconcile by event' || this.#processes === 1) return 0
    this.#heard += 1
    return 1 + (this.#heard % (this.#processes - 1))
  }

  #countTurns(): void {
    const minute = Math.floor(Date.now() / 60_000) + this.minute
    const since = minute - this.#lookedAtMinute
    const isInTurn = (place: number) =>
      (minute - (hashNumber(`${registryHost}/${namesOf(place, this.#world).path}`) % 60)) % 60 < since
    this.turns = Array.from({ length: this.#world.repositories }, (_, place) => place).filter(isInTurn).length
    this.#lookedAtMinute = minute
  }

  #note(kind: Kind | undefined, usage: Usage): void {
    if (kind) this.#used.set(kind, sum(this.#used.get(kind) ?? nothing, usage))
  }
}

const captured = new URL('../../fixtures/distribution/push-image-tagged.json', import.meta.url)

/** A notification captured from a real registry, told of another image, as a Function URL hands it over. */
export function webhookEvent(path: string, tag: string, digest: string) {
  const payload = JSON.parse(readFileSync(captured, 'utf8')) as { events: { target: Record<string, unknown> }[] }
  for (const { target } of payload.events) Object.assign(target, { repository: path, tag, digest })
  return {
    requestContext: { http: { method: 'POST', path: '/webhook/distribution' } },
    headers: { authorization: `Bearer ${secretIds.webhook}` },
    body: JSON.stringify(payload),
    isBase64Encoded: false,
  }
}
