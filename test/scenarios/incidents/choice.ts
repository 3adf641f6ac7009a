import { expect, it } from 'vitest'
import { namesOf, newScene } from '../objects.ts'
import { answersFor, listTags, push, pushTags, type World } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'

/** I9, I10, I12 and I13: which images a rule chooses. I11 needs push times of weeks ago and is replayed in `ecr.slow.test.ts`. */
export function choiceIncidents(world: () => World): void {
  it('I9 an image that nobody has pulled yet is as young as its push', async () => {
    const scene = await newScene(world(), 'unpulled')
    await pushTags(scene, 'v1', 'v2', 'nightly')
    await push(scene, { tag: 'untagged', seed: 'first' })
    await trackWhole(scene)
    await push(scene, { tag: 'untagged', seed: 'second' })
    await readAgain(scene)

    const run = await sweepOnce(scene, 'unused', { unusedDays: 1 })

    expect(run).toMatchObject({ result: 'Success', candidates: 0, deleted: 0 })
    expect(await listTags(scene)).toEqual(['nightly', 'untagged', 'v1', 'v2'])
  })

  it('I10 the newest versions stay, though their names sort first and were pushed first', async () => {
    const scene = await newScene(world(), 'versions')
    await pushTags(
      scene,
      'v1.10.0',
      'v1.9.0',
      'v1.2.0',
      '1.0.9-alpine',
      '1.0.10-alpine',
      'v1.10.0-rc.10',
      'v1.10.0-rc.9',
    )
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await listTags(scene)).toEqual(['1.0.10-alpine', 'v1.10.0', 'v1.10.0-rc.10'])
  })

  it('I10 the dates that reproducible builds and clocks write into images are no ages', async () => {
    const scene = await newScene(world(), 'created')
    const at = (iso: string) => ({ created: new Date(iso) })
    await push(scene, { tag: 'v1', ...at('9999-12-31T00:00:00Z') })
    await push(scene, { tag: 'v2', ...at('2030-01-01T00:00:00Z') })
    await push(scene, { tag: 'v3', ...at('1980-01-01T00:00:01Z') })
    await push(scene, { tag: 'v4', ...at('1970-01-01T00:00:00Z') })
    await push(scene, { tag: 'a', ...at('9999-12-31T00:00:00Z') })
    await trackWhole(scene)
    await push(scene, { tag: 'b', ...at('1970-01-01T00:00:00Z') })
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 2, exclude: [{ tag: 'v1' }] })
    const aged = await sweepOnce(scene, 'keep-young', { keepDays: 1 })

    expect(await listTags(scene)).toEqual(['a', 'b', 'v1', 'v3', 'v4'])
    expect(aged).toMatchObject({ result: 'Success', candidates: 0 })
  })

  it('I10 an age and a number keep what either of them keeps', async () => {
    const scene = await newScene(world(), 'either')
    await pushTags(scene, 'v1', 'v2', 'v3', 'v4', 'v5')
    await trackWhole(scene)

    const run = await sweepOnce(scene, 'either', { keepRecent: 1, keepDays: 1 })

    expect(run).toMatchObject({ result: 'Success', candidates: 0, deleted: 0 })
    expect(await listTags(scene)).toEqual(['v1', 'v2', 'v3', 'v4', 'v5'])
  })

  it.each([
    ['that 32 bits of milliseconds make a second of', '4294968296ms'],
    ['that 64 bits of nanoseconds make a moment of', '18446744074s'],
    ['of more digits than a number has', `${'9'.repeat(31)}h`],
  ])('I12 a grace period %s deletes nothing', async (_, gracePeriod) => {
    const scene = await newScene(world(), 'overflow')
    const other = await newScene(world(), 'in-the-same-time')
    for (const each of [scene, other]) await pushTags(each, 'v1', 'v2')
    await Promise.all([scene, other].map(trackWhole))

    await world().client.create(policyOf(scene.namespace, { keepRecent: 1, gracePeriod }))
    await sweepOnce(other, 'keep-newest', { keepRecent: 1 })

    expect(await listTags(other)).toEqual(['v2'])
    expect(await listTags(scene)).toEqual(['v1', 'v2'])
  })

  it.each([
    ['more days than there are', { unusedDays: 999_999 }],
    ['more days than 32 bits of seconds hold', { keepDays: 24_856 }],
    ['a negative age', { unusedDays: -1 }],
    ['an age of nothing', { keepDays: 0 }],
    ['a duration without its last unit', { keepRecent: 1, gracePeriod: '1h30' }],
    ['a duration with a sign', { keepRecent: 1, gracePeriod: '-1h' }],
    ['a duration in days', { keepRecent: 1, gracePeriod: '30d' }],
  ])('I12 a policy with %s is refused at once', async (_, spec) => {
    const scene = await newScene(world(), 'refused')

    const refusal = world().client.create(policyOf(scene.namespace, spec))

    await expect(refusal).rejects.toMatchObject({ code: 422 })
    expect(await namesOf(scene, 'ImageCleanupPolicy')).toEqual([])
  })

  it('I13 builds of development never push a release out of its number', async () => {
    const scene = await newScene(world(), 'builds')
    await pushTags(scene, 'v1.0.0', 'v0.9.0')
    const builds = [1, 2, 3, 4, 5, 6].map(build => `v1.1.0-dev.${build}`)
    const commits = ['3f9c2ab', '77d01e2', 'abc1234', '9e107d9'].map(commit => `v1.0.0-${commit}`)
    await pushTags(scene, ...builds, ...commits, 'pr-17', 'pr-18', 'main', 'latest', '20240108', '20240109')
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 2 })

    const left = await listTags(scene)
    expect(left).toEqual(expect.arrayContaining(['v1.0.0', 'v0.9.0', 'v1.1.0-dev.6', 'v1.1.0-dev.5', 'main', 'latest']))
    expect(await answersFor(scene, 'v1.1.0-dev.1', 'v1.1.0-dev.4')).toEqual({
      'v1.1.0-dev.1': 404,
      'v1.1.0-dev.4': 404,
    })
  })
}

const policyOf = (namespace: string, spec: object) => ({
  apiVersion: 'image.theriseunion.io/v1alpha1',
  kind: 'ImageCleanupPolicy',
  metadata: { namespace, name: 'odd', annotations: { 'theriseunion.io/manual-run': 'first' } },
  spec: { maxDeletionPercent: 100, targets: ['RegistryArtifact'], ...spec },
})
