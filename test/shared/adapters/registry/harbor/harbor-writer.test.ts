import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../../../shared/domain/digest.ts'
import { failureOf } from '../../../../support/failure-of.ts'
import { robotRights } from '../../../../support/harbor/core.ts'
import { seedArtifact, seedSignature } from '../../../../support/harbor/seeded.ts'
import { pullsOf, startHarbor } from './harbor-world.ts'

const repository = 'team/app'
const deletesOf = (requests: readonly { method: string; path: string }[]): string[] =>
  requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)

describe('the delete of an artifact', () => {
  it('needs no right to delete the repository', async () => {
    const { database, writer, requests } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')

    const deletion = await writer.deleteManifest(repository, digest)

    expect(deletion).toEqual({ outcome: 'deleted' })
    expect(deletesOf(requests)).toEqual([`/api/v2.0/projects/team/repositories/app/artifacts/${digest}`])
    expect(pullsOf(requests)).toBe(0)
  })

  it('goes the plain way where a robot has the right to delete the repository alone', async () => {
    const { database, writer, requests, state } = await startHarbor()
    state.rights = ['pull', 'push', 'repository-delete']
    const digest = seedArtifact(database, repository, 'v1', 'v1')

    const deletion = await writer.deleteManifest(repository, digest)

    expect(deletion).toEqual({ outcome: 'deleted' })
    expect(deletesOf(requests).at(-1)).toBe(`/v2/${repository}/manifests/${digest}`)
  })

  it('I29 takes along the children that nothing else holds, and what has it as its subject', async () => {
    const { database, writer, url } = await startHarbor()
    const index = await pushImage(url, { repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })
    const [amd64, arm64] = index.children.map(child => child.digest as Digest)
    const signature = seedSignature(database, repository, index.digest as Digest)
    const kept = await pushImage(url, { repository, tag: 'arm', seed: 'kept' })

    await writer.deleteManifest(repository, index.digest as Digest)

    const left = [index.digest, amd64, arm64, signature, kept.digest].map(
      digest => database.find(repository, digest as Digest) !== undefined,
    )
    expect(left).toEqual([false, false, false, false, true])
  })

  it('of a child whose index is there keeps it and says why', async () => {
    const { url, writer } = await startHarbor()
    const index = await pushImage(url, { repository, tag: 'v1', platforms: ['linux/amd64', 'linux/arm64'] })

    const deletion = await writer.deleteManifest(repository, index.children[0]?.digest as Digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: 'an index refers to the image' })
  })

  it('with an immutable tag among its tags deletes nothing of it, and says why', async () => {
    const { database, writer, state } = await startHarbor()
    state.isImmutable = tag => tag.startsWith('release-')
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    seedArtifact(database, repository, 'release-1', 'v1')
    const signature = seedSignature(database, repository, digest)

    const deletion = await writer.deleteManifest(repository, digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: expect.stringMatching(/^immutable: .*412 PRECONDITION/) })
    expect(
      database
        .tagsOf(database.get(repository, digest))
        .map(tag => tag.name)
        .sort(),
    ).toEqual(['release-1', 'v1'])
    expect(database.find(repository, signature)).toBeDefined()
  })

  it('that Harbor accepts and does not do is no delete', async () => {
    const { database, writer, state } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    state.answer = ({ method }) => (method === 'DELETE' ? { status: 200 } : undefined)

    const deletion = await writer.deleteManifest(repository, digest)

    expect(deletion).toMatchObject({ outcome: 'kept', isAccepted: true })
  })

  it('is refused to all while Harbor is read only', async () => {
    const { database, writer, state } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    state.answer = ({ method }) =>
      method === 'DELETE' ? { status: 403, body: { errors: [{ code: 'DENIED' }] } } : undefined

    expect(await failureOf(writer.deleteManifest(repository, digest))).toMatchObject({ name: 'AccessDeniedError' })
  })
})

describe('the delete of a tag', () => {
  it('looks by the same API, since Harbor answers no HEAD of what its project lets nobody pull', async () => {
    const { database, writer, requests, state } = await startHarbor()
    const digest = seedArtifact(database, repository, 'v1', 'v1')
    state.answer = ({ path }) =>
      path.includes('/manifests/') ? { status: 412, body: { errors: [{ code: 'PROJECTPOLICYVIOLATION' }] } } : undefined

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toEqual({ outcome: 'deleted', by: 'tag-api' })
    expect(requests).toHaveLength(3)
    expect(database.find(repository, digest)).toBeDefined()
  })

  it('F12 of a tag that moved on leaves it where it is', async () => {
    const { writer, url, database } = await startHarbor()
    const before = await pushImage(url, { repository, tag: 'v1', seed: 'before' })
    const after = await pushImage(url, { repository, tag: 'v1', seed: 'after' })

    const deletion = await writer.deleteTag(repository, 'v1', before.digest as Digest)

    expect(deletion).toEqual({ outcome: 'kept', reason: `tag moved to ${after.digest}` })
    expect(database.find(repository, 'v1')?.digest).toBe(after.digest)
  })
})

describe('the garbage collection', () => {
  const scheduled = {
    schedule: { type: 'Custom', cron: '0 0 3 * * 6' },
    job_parameters: JSON.stringify({ delete_untagged: false, workers: 1, time_window: 0 }),
  }

  it.each([
    [scheduled, { cron: '0 0 3 * * 6', deletesUntagged: false, sparesHours: 0 }],
    [{}, { deletesUntagged: true, sparesHours: 2 }],
    [
      { schedule: { type: 'None', cron: '' }, job_parameters: 'odd' },
      { deletesUntagged: true, sparesHours: 2 },
    ],
  ])('is known to whoever may read its schedule', async (gcSchedule, expected) => {
    const { writer, state } = await startHarbor()
    Object.assign(state, { rights: [...robotRights, 'system'], gcSchedule })

    expect(await writer.findCollection?.()).toEqual(expected)
  })

  it('is not known to others, which is no fault', async () => {
    const { writer } = await startHarbor()

    expect(await writer.findCollection?.()).toBeUndefined()
  })
})

describe('an immutable tag', () => {
  it('is known by the list, before anything is asked for', async () => {
    const { database, writer, requests, state } = await startHarbor()
    state.isImmutable = tag => tag === 'release-1'
    for (const tag of ['v1', 'release-1']) seedArtifact(database, repository, tag, 'v1')
    await writer.listRepository(repository)
    requests.length = 0

    const refusals = await Promise.all(
      [['v1'], ['v1', 'release-1']].map(tags => writer.findRefusal?.(repository, tags)),
    )

    expect(refusals).toEqual([undefined, expect.stringContaining('tag release-1 kept: immutable')])
    expect(requests).toEqual([])
  })

  it('is not deleted another way', async () => {
    const { database, writer, requests, state } = await startHarbor()
    state.rights = [...robotRights, 'repository-delete']
    state.isImmutable = () => true
    const digest = seedArtifact(database, repository, 'v1', 'v1')

    const deletion = await writer.deleteTag(repository, 'v1', digest)

    expect(deletion).toMatchObject({ outcome: 'kept' })
    expect(deletesOf(requests)).toHaveLength(1)
  })
})
