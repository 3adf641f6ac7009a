import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Image } from '../../shared/domain/image.ts'
import { parsePolicy } from '../../shared/domain/policy/parse-policy.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import { judge } from '../../shared/domain/retention/judge.ts'
import { nextRunAfter } from '../../shared/domain/schedule.ts'
import { LoopbackCluster } from '../cli/embedded/kubernetes/loopback-cluster.ts'
import {
  daysAgo,
  imageOf,
  keptTags,
  nothingRuns,
  now,
  pushedInOrder,
} from '../shared/domain/retention/retention-world.ts'

const folder = new URL('../../infra/cluster/policies/', import.meta.url)
const files = readdirSync(folder)
const read = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8'))
const policyOf = (name: string): CleanupPolicy => parsePolicy(read(`${name}.yaml`))

const kept = (policy: CleanupPolicy, images: readonly Image[]): string[] =>
  keptTags(judge({ images, usage: nothingRuns, policies: [policy], now })).sort()

/** Every combination of numbers, oldest first. */
const combinations = (majors: number, minors: number, patches: number): string[] =>
  Array.from({ length: majors * minors * patches }, (_, at) => {
    const [patch, rest] = [at % patches, Math.floor(at / patches)]
    return `v${Math.floor(rest / minors) + 1}.${rest % minors}.${patch}`
  })

describe('every policy that is shipped', () => {
  let cluster: LoopbackCluster
  beforeAll(async () => {
    cluster = await LoopbackCluster.start()
  })
  afterAll(() => cluster.stop())

  it.each(files)('%s is accepted by its CRD as it stands', async file => {
    const body = read(file)
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: body.metadata.namespace } }
    await cluster.call('/api/v1/namespaces', { method: 'POST', body: namespace })
    const path = `/apis/image.theriseunion.io/v1alpha1/namespaces/${body.metadata.namespace}/imagecleanuppolicies`

    const answer = await cluster.call(`${path}?fieldValidation=Strict`, { method: 'POST', body })

    expect([answer.status, answer.body.message]).toEqual([201, undefined])
    expect(answer.body.spec).toMatchObject(body.spec)
  })

  it.each(files)('%s deletes nothing in a registry, and runs at night', file => {
    const { targets, schedule = '', timeZone } = parsePolicy(read(file))

    expect(targets).toEqual(['Configuration'])
    expect(nextRunAfter(schedule, timeZone, now)).toEqual(new Date('2026-11-23T02:00:00Z'))
  })
})

describe('the production policy', () => {
  it('keeps 2 majors, 3 minors of each and 5 patches of each', () => {
    const images = pushedInOrder(combinations(4, 4, 7).join(' '))

    const wanted = ['v3', 'v4'].flatMap(major =>
      [1, 2, 3].flatMap(minor => [2, 3, 4, 5, 6].map(patch => `${major}.${minor}.${patch}`)),
    )
    expect(kept(policyOf('production'), images)).toEqual(wanted.sort())
  })

  it('keeps everything that is within those numbers, however old', () => {
    const tags = combinations(2, 3, 5)

    expect(kept(policyOf('production'), pushedInOrder(tags.join(' ')))).toEqual(tags.sort())
  })
})

describe('the development policy', () => {
  it('keeps the newest 5, or what was pushed within 7 days', () => {
    const old = pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3 v1.0.4 v1.0.5 v1.0.6')
    const backport = imageOf('v0.9.0', { pushedAt: daysAgo(7) })
    const late = imageOf('v0.9.1', { pushedAt: daysAgo(7.01) })

    expect(kept(policyOf('development'), [...old, backport, late])).toEqual([
      'v0.9.0',
      'v1.0.2',
      'v1.0.3',
      'v1.0.4',
      'v1.0.5',
      'v1.0.6',
    ])
  })
})

describe('the policy auto-cleanup', () => {
  it('keeps three of four versions, and v1.0.0 may be deleted', () => {
    const images = pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3')

    expect(kept(policyOf('auto-cleanup'), images)).toEqual(['v1.0.1', 'v1.0.2', 'v1.0.3'])
  })

  it('keeps what was used within 30 days, and v1.0.0 of critical-app', () => {
    const [oldest, ...rest] = pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3') as [Image, ...Image[]]
    const critical = pushedInOrder('v1.0.0 v1.0.1 v1.0.2 v1.0.3 v1.0.4').map(image => ({
      ...image,
      repository: 'registry.example.com/team/critical-app',
    }))

    expect(kept(policyOf('auto-cleanup'), [{ ...oldest, pulledAt: daysAgo(30) }, ...rest])).toContain('v1.0.0')
    expect(kept(policyOf('auto-cleanup'), critical)).toEqual(['v1.0.0', 'v1.0.2', 'v1.0.3', 'v1.0.4'])
  })

  it('is the one of the demo', () => {
    const demo = readFileSync(new URL('../../cli/start/demo.yaml', import.meta.url), 'utf8')
    const objects = demo.split(/^---$/m).map(text => parse(text))

    expect(objects.find(object => object.kind === 'ImageCleanupPolicy')).toEqual(read('auto-cleanup.yaml'))
  })
})
