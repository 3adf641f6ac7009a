import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PushedImage } from '../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import { referrersTag } from '../../../../shared/domain/retention/versions/tag-kind.ts'
import type { RegistryWriter } from '../../../../shared/ports/registry.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { readTag } from '../../../support/readable.ts'
import { createSweepFixture, policySpec } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/**
 * Deletes an index as Harbor does: with its children that have no tag and no other index above them. Tells of each of
 * these before it goes.
 */
function deletingDeeply(writer: RegistryWriter, goesAlong: (child: Digest) => void): RegistryWriter {
  const childrenOf = async (path: string, digest: Digest) => {
    const found = await writer.findManifest(path, digest)
    return found && 'bytes' in found ? (found.children ?? []) : []
  }
  return {
    ...writer,
    async deleteManifest(path, digest) {
      const children = await childrenOf(path, digest)
      const ended = await writer.deleteManifest(path, digest)
      const { tags } = await writer.listRepository(path)
      const tagged = await Promise.all(tags.map(({ tag }) => readTag(writer, path, tag)))
      const needed = await Promise.all(tagged.map(one => (one ? childrenOf(path, one) : [])))
      const staying = new Set([...tagged, ...needed.flat()])
      for (const child of children) {
        if (staying.has(child)) continue
        goesAlong(child)
        await writer.deleteManifest(path, child)
      }
      return ended
    },
  }
}

const platforms = ['linux/amd64', 'linux/arm64']
const goesWithIndex = { factsOf: () => ({ untagged: 'goes-with-index' as const }) }

/** Deletes with an image what refers to it, and nothing else. */
function deletingReferrers(writer: RegistryWriter, goesAlong: (referrer: Digest) => void): RegistryWriter {
  return {
    ...writer,
    async deleteManifest(path, digest) {
      const referrers = await writer.listReferrers(path, digest)
      const ended = await writer.deleteManifest(path, digest)
      for (const referrer of referrers) {
        goesAlong(referrer.digest)
        await writer.deleteManifest(path, referrer.digest)
      }
      return ended
    },
  }
}

it('I29 archives what refers to an image before that goes, however many there are, where it goes along', async () => {
  const along: { referrer: Digest; wasArchived: boolean }[] = []
  let archived: (digest: Digest) => boolean = () => false
  const writer = deletingReferrers(world.writer, referrer => along.push({ referrer, wasArchived: archived(referrer) }))
  const facts = { factsOf: () => ({ untagged: 'stays' as const, takesReferrers: true as const }) }
  const sweep = createSweepFixture({ ...world, writer }, undefined, [], facts)
  archived = digest => sweep.archive.entries.has(digest)
  sweep.policy({ maxDeletionsPerRun: 1000 })
  sweep.trackWhole()
  const artifactType = 'application/vnd.example.signature'
  for (let number = 0; number < 60; number++) {
    const tag = `v${number}`
    const subject = await world.push({ repository: sweep.path, tag, seed: `${sweep.path} ${tag}` })
    await world.push({ repository: sweep.path, artifactType, subject, seed: `${sweep.path} of ${tag}` })
  }
  await sweep.release('v99')

  await sweep.sweep(6)

  expect(await sweep.listTags()).toEqual(['v99'])
  expect(along.length).toBeGreaterThan(50)
  expect(along.filter(one => !one.wasArchived)).toEqual([])
}, 60_000)

function harborLike() {
  const along: { child: Digest; wasArchived: boolean }[] = []
  let archived: (child: Digest) => boolean = () => false
  const writer = deletingDeeply(world.writer, child => along.push({ child, wasArchived: archived(child) }))
  const sweep = createSweepFixture({ ...world, writer }, undefined, [], goesWithIndex)
  archived = child => sweep.archive.entries.has(child)
  sweep.policy({ maxDeletionsPerRun: 1000 })
  sweep.trackWhole()
  return { sweep, along }
}

describe('I29 where the registry deletes an index with its untagged children', () => {
  it('archives the children before the index goes, however many there are', async () => {
    const { sweep, along } = harborLike()
    for (let at = 0; at < 60; at++)
      await world.push({
        repository: sweep.path,
        tag: `v${at}`,
        seed: `${sweep.path} ${at}`,
        platforms,
      })
    await sweep.release('v99')

    await sweep.sweep(6)

    expect(await sweep.listTags()).toEqual(['v99'])
    expect(along.length).toBeGreaterThan(50)
    expect(along.filter(one => !one.wasArchived)).toEqual([])
  }, 60_000)

  it('keeps the index of a child that may not go, and of one that may go later alone', async () => {
    const { sweep, along } = harborLike()
    const old = await sweep.release('v1', { platforms })
    await sweep.release('v2')
    const request = await sweep.ripen()
    const [child] = (await sweep.image(old.digest))?.children ?? []
    const change = async (make: (record: ImageRecord) => Partial<ImageRecord>) => {
      const record = child && (await sweep.image(child))
      if (record) await world.store.saveImage({ ...record, ...make(record) }, record)
    }
    const tagsAfter = async () => {
      await sweep.execute(request)
      return sweep.listTags()
    }

    await change(({ mark }) =>
      mark ? { mark: { ...mark, deleteAfter: new Date(sweep.now().getTime() + 3_600_000) } } : {},
    )
    expect(await tagsAfter()).toEqual(['v1', 'v2'])
    // A reproducible build pushes the child again before its new index.
    await change(() => ({ pushedAt: { at: sweep.now(), source: 'event' } }))
    sweep.pass(1)
    expect(await tagsAfter()).toEqual(['v1', 'v2'])
    expect(along).toEqual([])
  })

  it('holds a subject for what came to refer to its signature, since it was marked', async () => {
    const { sweep, along } = harborLike()
    const old = await sweep.release('v1', { platforms })
    const signature = await world.push({ repository: sweep.path, tag: `${referrersTag(old.digest as Digest)}.sig` })
    const signed = await sweep.release('v2')
    await sweep.release('v3')
    const request = await sweep.ripen()
    const artifactType = 'application/vnd.example.sbom'
    const late = await world.push({ repository: sweep.path, artifactType, subject: signature })

    await sweep.execute(request)

    expect(await sweep.listTags()).toEqual(expect.arrayContaining(['v1', 'v3']))
    expect(await sweep.holds(late.digest as Digest)).toBe(true)
    expect(await sweep.holds(signed.digest)).toBe(false)
    expect(along).toEqual([])
  })

  it('holds a subject for the signature of its signature, and has the policy mark that which has marked the subject', async () => {
    const { sweep } = harborLike()
    const old = await sweep.release('v1')
    const about = ({ digest }: PushedImage) =>
      world.push({ repository: sweep.path, tag: `${referrersTag(digest)}.sig`, seed: `about ${digest}` })
    const last = await about(await about(old))
    await sweep.release('v2')
    const versions = async () => (await sweep.listTags()).filter(tag => tag.startsWith('v'))
    const often = { ...policySpec, schedule: '*/5 * * * *' }
    sweep.policy(often)
    sweep.cluster.put('ImageCleanupPolicy', 'other', often)
    const request = await sweep.ripen()
    const record = await sweep.image(last.digest)
    if (!record?.mark) throw new Error('expected a mark')
    const theirs = record.mark.policy.replace(/[^/]+$/, 'other')
    await world.store.saveImage({ ...record, mark: { ...record.mark, policy: theirs } }, record)

    await sweep.execute(request)
    expect(await versions()).toEqual(['v1', 'v2'])

    await sweep.sweep(12)
    expect(await sweep.listTags()).toEqual(['v2'])
    expect((await sweep.image(last.digest))?.change.actor).toMatch(/cleanup$/)
  })
})
