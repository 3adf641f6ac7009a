import { expect, it } from 'vitest'
import type { Cluster, CustomKind, CustomObject, ObjectChange, WatchOptions } from '../../shared/ports/cluster.ts'
import { repository } from './cluster-manifests.ts'

/** Where the cases of a watch run. */
export interface WatchPlace {
  readonly cluster: Cluster
  /** A namespace that exists, and that no other run uses. */
  readonly namespace: string
}

/** A version that every server under test has forgotten when the cases run. */
const forgotten = '1'

/** What every Cluster must tell of changes. Each case writes by the port alone, so that the in-memory cluster runs them too. */
export function watchCases(place: () => WatchPlace): void {
  const create = (name: string) =>
    place().cluster.createObject('Repository', { ...repository(place().namespace, name) })
  const find = async (name: string) => {
    const found = await place().cluster.findObject('Repository', place().namespace, name)
    if (found === undefined) throw new Error(`expected Repository ${name}, got none`)
    return found
  }
  const listVersion = (kind: CustomKind = 'Repository') => place().cluster.listObjectsAt(kind, () => undefined)
  const watch = async (from: string, kind: CustomKind = 'Repository', options: Partial<WatchOptions> = {}) => {
    const changes: ObjectChange[] = []
    const onChange = (change: ObjectChange) => {
      changes.push(change)
      options.onChange?.(change)
    }
    const version = await place().cluster.watchObjects(kind, from, { seconds: 1, ...options, onChange })
    return { version, changes, told: changes.map(({ type, object }) => `${type} ${object.metadata.name}`) }
  }

  it('lists every object with a version after which nothing of the list is told', async () => {
    await create('listed')

    const objects: CustomObject[] = []
    const resourceVersion = await place().cluster.listObjectsAt('Repository', page => void objects.push(...page))

    expect(objects).toEqual([...(await place().cluster.listObjects('Repository'))])
    expect((await watch(resourceVersion)).told).toEqual([])
  })

  it('tells in order what was created, changed and deleted, and of a status', async () => {
    const from = await listVersion()
    await create('lively')
    await place().cluster.annotate(await find('lively'), { 'example.com/noted': 'yes' })
    await place().cluster.applyStatus(await find('lively'), { syncStatus: 'Success' })
    const last = await find('lively')
    await place().cluster.deleteObject(last)

    const { changes, told } = await watch(from)

    expect(told).toEqual(['present lively', 'present lively', 'present lively', 'gone lively'])
    const objects = changes.map(({ object }) => object)
    expect(objects[0]).toMatchObject({ cluster: place().cluster.name, kind: 'Repository', spec: last.spec, status: {} })
    expect(objects[1]?.metadata.annotations).toEqual({ 'example.com/noted': 'yes' })
    expect(objects[2]).toEqual(last)
    expect(objects[3]).toMatchObject({ metadata: { uid: last.metadata.uid }, status: { syncStatus: 'Success' } })
  })

  it('goes on from the version that it answered, and tells only what is newer', async () => {
    const from = await listVersion()
    await create('earlier')
    const { version } = await watch(from)
    await create('later')

    expect((await watch(version ?? 'none')).told).toEqual(['present later'])
    expect((await watch(from)).told).toEqual(['present earlier', 'present later'])
  })

  it('answers a version to go on from where nothing was told', async () => {
    const from = await listVersion()

    const { version, told } = await watch(from)

    expect(told).toEqual([])
    await create('awaited')
    expect((await watch(version ?? 'none')).told).toEqual(['present awaited'])
  })

  it('F44 answers nothing where the version is too old, and a list begins anew', async () => {
    expect(await watch(forgotten)).toMatchObject({ version: undefined, told: [] })

    const from = await listVersion()
    await create('anew')
    expect((await watch(from)).told).toEqual(['present anew'])
  })

  it('does not mix two kinds', async () => {
    const from = await listVersion('ImageCleanupPolicy')
    await create('other-kind')
    await place().cluster.createObject('ImageCleanupPolicy', {
      metadata: { namespace: place().namespace, name: 'nightly' },
      spec: { schedule: '0 3 * * *', keepRecent: 3 },
    })

    expect((await watch(from, 'ImageCleanupPolicy')).told).toEqual(['present nightly'])
    expect((await watch(from)).told).toEqual(['present other-kind'])
  })

  it('ends at its signal, with the version of what was told', async () => {
    const from = await listVersion()
    await create('first')
    await create('second')
    const abort = new AbortController()

    // Far beyond the time limit of a test.
    const { version, told } = await watch(from, 'Repository', {
      seconds: 1_000,
      signal: abort.signal,
      onChange: () => abort.abort(),
    })

    expect(told).toEqual(['present first'])
    expect((await watch(version ?? 'none')).told).toEqual(['present second'])
  })

  it('says that it is open before it tells anything', async () => {
    const from = await listVersion()
    await create('after-open')
    const heard: string[] = []

    await watch(from, 'Repository', { onOpen: () => heard.push('open'), onChange: ({ type }) => heard.push(type) })

    expect(heard).toEqual(['open', 'present'])
  })

  it('answers to a write the version under which a watch tells of it', async () => {
    await create('written')
    const from = await listVersion()
    const versions = [await place().cluster.applyStatus(await find('written'), { syncStatus: 'Success' })]
    versions.push(await place().cluster.annotate(await find('written'), { 'example.com/noted': 'yes' }))

    const { changes } = await watch(from)

    expect(changes.map(({ object }) => object.metadata.resourceVersion)).toEqual(versions)
  })

  it('does not begin where its signal was there before', async () => {
    const from = await listVersion()
    await create('unseen')

    expect(await watch(from, 'Repository', { signal: AbortSignal.abort() })).toMatchObject({ version: from, told: [] })
  })
}
