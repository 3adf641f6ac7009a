import { afterAll, beforeAll, expect, it } from 'vitest'
import { archivePolicy, startEcr } from '../../../scenarios/incidents/ecr-world.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../../support/memory-platform.ts'
import { at } from '../../../support/records.ts'
import type { SweepFixture } from '../../../support/sweep-fixture.ts'
import { killEvery } from '../../../support/thoroughness.ts'
import { useFakeAwsCredentials } from '../../adapters/registry/ecr/fake-ecr.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

/** Marks in a first minute, and archives what has matured in a second. */
async function runOnce(sweep: SweepFixture, kill: KillPoint): Promise<void> {
  for (let minute = 0; minute < 2; minute++) {
    sweep.pass(120)
    await sweep.inventories()
    for (const request of await sweep.plan()) await sweep.execute(request, kill)
  }
}

/** True when the run was killed: the answer of its `last`-th call never came. */
async function killedAfter(last: number, sweep: SweepFixture): Promise<boolean> {
  try {
    await runOnce(sweep, createKillPoint(last))
    return false
  } catch (error) {
    if (error instanceof KilledError) return true
    throw error
  }
}

it.each([['RegistryArtifact'], ['RegistryArtifact', 'Configuration']])(
  'F7 F8 a sweep that archives an index and its child, killed after any call, loses nothing and ends as if undisturbed: %s %s',
  async (...targets) => {
    for (let last = 1; ; last += killEvery) {
      const where = `killed after call ${last}`
      const { images, sweep } = await startEcr(local)
      for (const tag of ['v1', 'v2']) sweep.track(tag)
      const child = images.push(undefined, 'child', at(0))
      const index = images.push('v1', 'index', at(0), [child])
      const kept = images.push('v2', 'kept', at(0))
      await sweep.sync()
      sweep.pass(3600)
      archivePolicy(sweep, { keepRecent: 1, targets })

      const wasKilled = await killedAfter(last, sweep)
      // What is handed out refers to nothing that is not.
      if (images.statusOf(index) === 'ACTIVE') expect(images.statusOf(child), where).toBe('ACTIVE')
      sweep.pass(1000)
      await sweep.sync()
      await sweep.sweep()
      sweep.rerun('2')
      await sweep.sweep()

      expect(
        [index, child, kept].map(digest => images.statusOf(digest)),
        where,
      ).toEqual(['ARCHIVED', 'ARCHIVED', 'ACTIVE'])
      const policy = `${sweep.cluster.name}/team/cleanup`
      for (const digest of [index, child]) {
        const record = await sweep.image(digest)
        expect(record, where).toMatchObject({ storage: 'archived', archivedBy: { policy } })
        for (const field of ['mark', 'deletion', 'goneAt', 'unreadable'])
          expect(record, where).not.toHaveProperty(field)
        expect(sweep.archive.entries.get(digest)?.graph, where).toMatchObject({ policy })
      }
      expect((await local.store.findTag(sweep.repository, 'v1'))?.goneAt, where).toBeUndefined()
      expect(sweep.cluster.get('Repository', 'app-v1') === undefined, where).toBe(targets.includes('Configuration'))
      if (!wasKilled) break
    }
  },
  180_000,
)
