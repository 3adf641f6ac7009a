import type { KubernetesObject } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { conditionOf, newScene, type Status, sweep, synced, track, waitForStatus } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { answersFor, listTags, pushTags, type Scene, type World } from './world.ts'

const allThere = { v1: 200, v2: 200, v3: 200 }

const selecting = (expression: object) => ({ selector: { matchExpressions: [{ key: 'app', ...expression }] } })

const refused: readonly (readonly [string, object])[] = [
  ['B19 no rules at all', {}],
  ['B19 rules that say nothing', { keepTags: [], exclude: [] }],
  ['B19 a number below zero', { keepRecent: -1 }],
  ['B19 a number that is none', { keepRecent: Number.NaN }],
  ['B19 a number out of all bounds', { keepRecent: 1e21 }],
  ['B19 a number with a fraction', { keepRecent: 1.5 }],
  ['B19 a number as text', { keepRecent: '5' }],
  ['B19 a number that is a list', { keepRecent: [5] }],
  ['B19 an age of a thousand years', { unusedDays: 365_000 }],
  ['B19 an age as text', { unusedDays: '7d' }],
  ['B19 an empty exclusion', { keepRecent: 1, exclude: [{}] }],
  ['B19 an empty glob', { keepRecent: 1, keepTags: [''] }],
  ['B19 a target that is none', { keepRecent: 1, targets: ['Everything'] }],
  ['B19 a target twice', { keepRecent: 1, targets: ['Configuration', 'Configuration'] }],
  ['B19 a selector of all but nothing', { keepRecent: 1, ...selecting({ operator: 'NotIn', values: [] }) }],
  [
    'B19 a selector of values that it passes over',
    { keepRecent: 1, ...selecting({ operator: 'Exists', values: ['a'] }) },
  ],
  ['B19 a share of more than all', { keepRecent: 1, maxDeletionPercent: 101 }],
  ['B20 a pattern of 10 KB', { keepRecent: 1, groupBy: 'a'.repeat(10_240) }],
]

const unreadable: readonly (readonly [string, string, object])[] = [
  ['B20 a pattern that does not end', 'groupBy', { groupBy: '(v' }],
  ['B20 a pattern with a backreference', 'groupBy', { groupBy: '(v)\\1' }],
  ['T7 B34 a pattern that compiles to thousands of steps', 'groupBy', { groupBy: '(?i)([a-z0-9._-]{0,300}){3}$' }],
  ['T7 B34 a pattern of a thousand repetitions', 'groupBy', { groupBy: '(.{1,1000}){1,1}' }],
  ['B20 a pattern that looks ahead', 'groupBy', { groupBy: 'v(?=1)' }],
  ['B19 a glob that can match no tag', 'keepTags', { keepTags: ['v1/v2'] }],
]

const endless = '*a'.repeat(60)

const harmless: readonly (readonly [string, object])[] = [
  ['B20 a pattern that others backtrack on for ever', { groupBy: '^(([a-z])+.)+[A-Z]([a-z])+$' }],
  ['B20 a pattern of nested repeats', { groupBy: '(a+)+$' }],
  ['B20 a glob that others backtrack on for ever', { keepTags: [endless] }],
]

/** Policies that nobody should write; the numbers are those of the fault catalogue. */
export function badPolicyScenarios(world: () => World): void {
  describe.concurrent('a bad policy', () => {
    it.each(refused)('%s: refused at once', async (_, spec) => {
      const scene = await newScene(world(), 'refused')

      await expect(create(scene, spec)).rejects.toMatchObject({ code: 422 })
    })

    it.each(unreadable)('%s: says so in its status, and deletes nothing', async (_, field, spec) => {
      const scene = await pushedScene(world(), 'unreadable')

      await sweep(scene, 'odd', { keepRecent: 1, ...spec })
      const status = await waitForStatus(scene, 'ImageCleanupPolicy', 'odd', 'that it is not in force', isRefused)

      expect(conditionOf(status, 'Ready')?.message).toContain(field)
      expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual(allThere)
    })

    it.each(harmless)('%s: judged as fast as any other', async (_, spec) => {
      const scene = await newScene(world(), 'slow')
      const hostile = `${'a'.repeat(100)}.b`
      await pushTags(scene, hostile, 'v1', 'v2')
      await trackPushed(scene, [hostile, 'v1', 'v2'])

      await sweep(scene, 'odd', { keepRecent: 1, ...spec })
      const run = await endedRun(scene, 'odd')

      expect(run).toMatchObject({ result: 'Success', failed: 0 })
      expect(await answersFor(scene, 'v2')).toEqual({ v2: 200 })
    })

    it('B19 rules that keep nothing: held up by the limits that every policy has', async () => {
      const tags = Array.from({ length: 21 }, (_, at) => `v${at + 1}`)
      const scene = await newScene(world(), 'nothing')
      await pushTags(scene, ...tags)
      await track(scene)
      await synced(scene, 'whole')
      await trackPushed(scene, ['v1'])

      await create(scene, { keepRecent: 0, gracePeriod: '1s', targets: ['Configuration', 'RegistryArtifact'] })
      const run = await endedRun(scene, 'odd')

      expect(run).toMatchObject({ deleted: 0, waitForApproval: 1, message: expect.stringContaining('21 of 21 images') })
      expect((await listTags(scene)).sort()).toEqual(tags.toSorted())
    })

    it.each([
      ['keepTags', { keepTags: ['*'] }],
      ['exclude', { exclude: [{ tag: '*' }] }],
      ['a selector that selects nothing', { selector: { matchLabels: { app: 'nobody' } } }],
      ['a namespace that is not there', { namespaces: ['nowhere'] }],
    ])('B19 everything spared by %s: nothing is deleted', async (_, spec) => {
      const scene = await pushedScene(world(), 'everything')

      await sweep(scene, 'odd', { keepRecent: 0, ...spec })
      const run = await endedRun(scene, 'odd')

      expect(run).toMatchObject({ result: 'Success', candidates: 0, deleted: 0 })
      expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual(allThere)
    })
  })
}

async function pushedScene(world: World, name: string): Promise<Scene> {
  const scene = await newScene(world, name)
  await pushTags(scene, 'v1', 'v2', 'v3')
  await trackPushed(scene, ['v1', 'v2', 'v3'])
  return scene
}

/** With the limits and the grace that a policy has when it names none. */
const create = ({ world, namespace }: Scene, spec: object) =>
  world.client.create({
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'ImageCleanupPolicy',
    metadata: { namespace, name: 'odd', annotations: { 'theriseunion.io/manual-run': 'first' } },
    spec,
  } as KubernetesObject)

const isRefused = (status: Status): boolean => conditionOf(status, 'Ready')?.status === 'False'
