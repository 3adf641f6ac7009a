import { isDeepStrictEqual } from 'node:util'
import type { ObjectGaugesRecord } from '../domain/records/metrics.ts'
import { InvalidInputError } from '../errors.ts'
import { findCondition } from '../objects/conditions.ts'
import { isPaused } from '../objects/policy-object.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { MetricsStore } from '../ports/metrics-store.ts'
import type { Draft } from '../ports/store.ts'
import { saveLatest } from '../records/save-latest.ts'
import { HeldDays, wholeAfterMs } from './keep-held-days.ts'
import { RepositoryMeasures, type RepositorySums } from './repository-measures.ts'
import { ShownObjects } from './shown-objects.ts'

export interface GaugeDeps {
  readonly metrics: Pick<MetricsStore, 'findGauge' | 'saveGauges' | 'addHeldDay'>
  readonly now: () => Date
  /** Another process measures what the repositories hold: what it wrote of that stands. */
  readonly isFollowing?: boolean | undefined
  /** Since when this one does, as another did before; absent: there is no other. */
  readonly leadsSince?: Date | undefined
}

/** Of more than these, what changed is written at most so often. */
const manyVersions = 1_000
const restMs = 5 * 60_000

/** What a process measures of one cluster, and what it wrote of that last. */
export class ClusterGauges {
  readonly shown = new ShownObjects()
  readonly measures = new RepositoryMeasures()
  readonly #heldDays = new HeldDays()
  #written: ObjectGaugesRecord | undefined
  #version = ''
  /** What this process measured of the repositories is written; else what was written of them before stands. */
  #isMeasuring = false
  /** No other process wrote since. */
  #isLatest = false

  /** Writes what is measured where that is other than what was written, by this process or another, and once a day what is held. */
  async save(cluster: string, objects: MirroredObjects, deps: GaugeDeps): Promise<void> {
    await this.#saveGauges(cluster, objects, deps)
    if (!deps.isFollowing)
      await this.#heldDays.note(cluster, this.measures, deps.metrics, { now: deps.now(), leadsSince: deps.leadsSince })
  }

  async #saveGauges(
    cluster: string,
    { secrets, policies, version }: MirroredObjects,
    { metrics, now, isFollowing, leadsSince }: GaugeDeps,
  ): Promise<void> {
    this.#isMeasuring = !isFollowing && (this.#isMeasuring || this.#isMeasured(leadsSince, now()))
    const known = `${this.shown.version} ${this.measures.version} ${version} ${this.#isMeasuring}`
    if (known === this.#version || this.#isFresh(now())) return
    const measured = { cluster, ...this.shown.counts(), ...this.measures.sums(), ...gaugesOf(secrets, policies) }
    this.#written = await saveLatest(async isFirst => {
      // Where others write it too, what this process wrote is seldom what stands, and a write that is refused costs as much.
      const before = (isFirst && this.#isLatest && !isFollowing && this.#written) || (await metrics.findGauge(cluster))
      // Where nothing was written before, what is measured is better than nothing.
      this.#isMeasuring ||= !isFollowing && before === undefined
      const gauges = { ...measured, ...(!this.#isMeasuring && before && sumsIn(before)) }
      if (before && isSame(before, gauges)) return before
      return saveFitting({ ...gauges, takenAt: now() }, before, metrics)
    })
    this.#version = known
    this.#isLatest = this.#isMeasuring
  }

  /** Each repository was looked at since this process leads, or its turn came and it cannot be read. */
  #isMeasured(leadsSince: Date | undefined, now: Date): boolean {
    if (leadsSince === undefined || this.measures.isEachSince(leadsSince)) return true
    return now.getTime() - leadsSince.getTime() >= wholeAfterMs
  }

  /** True where what was written last is many versions, and young enough: each kilobyte of it is a unit of write. */
  #isFresh(now: Date): boolean {
    const { versions = [], takenAt } = this.#written ?? {}
    const count = versions.reduce((sum, { tags }) => sum + tags.length, 0)
    const ageMs = now.getTime() - (takenAt?.getTime() ?? 0)
    return count > manyVersions && ageMs >= 0 && ageMs < restMs
  }
}

const sumsIn = ({ stages, marked, repositories, stored }: RepositorySums): RepositorySums => ({
  stages,
  marked,
  repositories,
  stored,
})

/** Without what is told one by one, where all of it is more than a record may have: the rest is told all the same. */
async function saveFitting(
  draft: Draft<ObjectGaugesRecord>,
  before: ObjectGaugesRecord | undefined,
  metrics: GaugeDeps['metrics'],
): Promise<ObjectGaugesRecord> {
  try {
    return await metrics.saveGauges(draft, before)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    const { versions, failures, dropped } = draft
    const more = {
      versions: dropped.versions + versions.reduce((sum, { tags }) => sum + tags.length, 0),
      failures: dropped.failures + failures.length,
    }
    return metrics.saveGauges({ ...draft, versions: [], failures: [], secrets: [], dropped: more }, before)
  }
}

interface MirroredObjects {
  readonly secrets: readonly CustomObject[]
  readonly policies: readonly CustomObject[]
  /** Another value where one of them is another. */
  readonly version: string
}

function gaugesOf(
  secrets: readonly CustomObject[],
  policies: readonly CustomObject[],
): Pick<ObjectGaugesRecord, 'secrets' | 'policies'> {
  const isUnauthorized = ({ status }: CustomObject) => findCondition(status, 'Ready')?.reason === 'NotAuthorized'
  return {
    secrets: secrets
      .map(({ metadata: { namespace, name }, spec, status }) => ({
        namespace,
        name,
        registry: String((spec as { domain?: unknown }).domain ?? ''),
        failures: Number(status.failureCount) || 0,
      }))
      .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1)),
    policies: {
      total: policies.length,
      paused: policies.filter(object => isPaused({ object })).length,
      notAuthorized: policies.filter(isUnauthorized).length,
    },
  }
}

function isSame(
  { number: _n, takenAt: _t, ...before }: ObjectGaugesRecord,
  measured: Omit<Draft<ObjectGaugesRecord>, 'takenAt'>,
): boolean {
  return isDeepStrictEqual(before, measured)
}
