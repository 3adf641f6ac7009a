import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RecordedChange } from '../../../shared/domain/audit.ts'
import { dummyArtifactType } from '../../../shared/domain/dummy-artifact.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { listUndoable, parseRunName } from '../../../shared/restore/find-run.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { at, digestOf, entryOf, imageDraft } from '../../support/records.ts'
import { summaryOf, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const policy = 'eu-1/team/cleanup'

describe('a run', () => {
  it('is put back whole', async () => {
    const { fixture, index, amd64, arm64, signature, sbom } = await sweptSigned(world)
    const [run] = (await world.store.findPolicy(policy))?.runs ?? []

    const targets = await fixture.findRun(policy, run?.runId ?? '')
    const own = targets.find(target => target.repository === fixture.repository)
    if (!own) throw new Error(`expected the repository among ${targets.map(target => target.repository)}`)
    const things = await fixture.restoreTarget(own)

    const digests = new Set(own.roots.map(root => root.digest))
    expect([...digests].toSorted()).toEqual([index, amd64, arm64, signature, sbom].toSorted())
    expect(things.every(thing => thing.outcome === 'restored')).toBe(true)
    expect(summaryOf(things)).toContain('restored object eu-1/team/app-v1')
    expect(await fixture.tag('v1')).toBe(index)
  })

  it('brings no dummy back that it cleared away after the delete of a tag', async () => {
    const { fixture } = await sweptSigned(world)
    const [run] = (await world.store.findPolicy(policy))?.runs ?? []
    const runId = run?.runId ?? ''
    const dummy = digestOf(`${fixture.repository} dummy`)
    const change = entryOf('dummy', 0, { actor: `policy ${policy}`, action: 'deleted', digest: dummy, runId })
    const image = imageDraft(fixture.repository, { digest: dummy, artifactType: dummyArtifactType })
    await world.store.saveImage({ ...image, change: { ...change, at: fixture.now() } }, undefined)

    const targets = await fixture.findRun(policy, runId)

    const roots = targets.flatMap(target => target.roots.map(root => root.digest))
    expect(roots.length).toBeGreaterThan(0)
    expect(roots).not.toContain(dummy)
  })

  it('that is not known is told from those that are', async () => {
    const { fixture } = await sweptSigned(world)

    const refusal = await fixture.findRun(policy, 'manual-0').catch(error => error)

    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(refusal.message).toMatch(/known are\n {2}eu-1\/team\/cleanup\/manual-/)
  })

  it('of a policy that never ran is refused', async () => {
    const { fixture } = await sweptSigned(world)

    await expect(fixture.findRun('eu-1/team/nobody', 'manual-0')).rejects.toThrow('nothing is known of policy')
  })
})

describe('the name of a run', () => {
  it('has four parts, or three where there is one cluster', () => {
    const name = { policy: 'eu-1/team/cleanup', runId: 'manual-1' }

    expect(parseRunName('eu-1/team/cleanup/manual-1', ['eu-1', 'us-1'])).toEqual(name)
    expect(parseRunName('team/cleanup/manual-1', ['eu-1'])).toEqual(name)
  })

  it.each(['team/cleanup/manual-1', 'asia-1/team/cleanup/manual-1', 'eu-1/team//manual-1', 'manual-1', 'a/b/c/d/e'])(
    'is not %s with two clusters',
    text => {
      expect(() => parseRunName(text, ['eu-1', 'us-1'])).toThrow(InvalidInputError)
    },
  )
})

it('reads what a policy changed day by day, and keeps what is wanted alone', async () => {
  const read: [Date, Date][] = []
  const changeOf = (from: Date, runId: string): RecordedChange => ({
    repository: 'r',
    ...entryOf(`${runId} ${from.toISOString()}`, 0, { action: 'deleted', at: from, runId }),
  })
  const store = {
    listPolicyChanges: async (_: string, from: Date, to: Date) => {
      read.push([from, to])
      return ['wanted', 'other'].map(runId => changeOf(from, runId))
    },
  }
  const from = at(0)
  const now = at(100 * 86_400 + 1)

  const found = await listUndoable({ policy, from, isWanted: ({ runId }) => runId === 'wanted' }, store, now)

  expect(found.map(one => one.at)).toEqual(read.map(([begin]) => begin).toSorted((a, b) => a.getTime() - b.getTime()))
  expect(found.every(one => one.runId === 'wanted')).toBe(true)
  expect(read.length).toBe(101)
  expect(Math.max(...read.map(([begin, end]) => end.getTime() - begin.getTime()))).toBeLessThan(86_400_000)
  expect(Math.max(...read.map(([, end]) => end.getTime()))).toBe(now.getTime())
})
