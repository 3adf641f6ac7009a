import { describe, expect, it } from 'vitest'
import {
  imagesOfPodSpec,
  imagesOfPodStatus,
  imagesOfRevision,
  oldRevisions,
} from '../../../../shared/adapters/cluster/workload-images.ts'

const digest = `sha256:${'a'.repeat(64)}`

describe('imagesOfPodSpec', () => {
  it.each([
    ['containers', { containers: [{ name: 'a', image: 'nginx' }] }, ['nginx']],
    ['init containers', { initContainers: [{ name: 'a', image: 'init:v1' }] }, ['init:v1']],
    ['ephemeral containers', { ephemeralContainers: [{ name: 'a', image: 'debug:v1' }] }, ['debug:v1']],
    ['image volumes', { volumes: [{ image: { reference: 'host/model:v1' } }, {}] }, ['host/model:v1']],
    ['an image twice', { containers: [{ image: 'a' }, { image: 'a' }] }, ['a']],
    ['a container without image', { containers: [{ name: 'a' }, { image: '' }, { image: null }] }, []],
    ['null lists', { containers: null, initContainers: null, volumes: null }, []],
    ['nothing', undefined, []],
  ])('reads %s', (_, spec, images) => {
    expect(imagesOfPodSpec(spec)).toEqual(images)
  })

  it('B24 leaves the spelling as it is', () => {
    const spelled = [`docker.io/library/nginx:1@${digest}`, 'localhost:5000/app', `HOST/app@${digest.toUpperCase()}`]

    expect(imagesOfPodSpec({ containers: spelled.map(image => ({ image })) })).toEqual(spelled)
  })
})

describe('imagesOfPodStatus', () => {
  const spec = { containers: [{ name: 'app', image: 'localhost:5000/team/app:v1' }] }
  const statusOf = (image: string, imageID: string, name = 'app') => ({ containerStatuses: [{ name, image, imageID }] })

  it.each([
    ['a docker-pullable imageID', `docker-pullable://host/app@${digest}`, [`host/app@${digest}`]],
    ['a plain imageID', `host/app@${digest}`, [`host/app@${digest}`]],
    ['a bare imageID', digest, [digest]],
    ['a bare imageID of the docker shim', `docker://${digest}`, [digest]],
    ['the empty imageID of a container that waits', '', []],
  ])('B24 reads %s', (_, imageID, images) => {
    expect(imagesOfPodStatus(undefined, statusOf('host/app:v1', imageID))).toEqual(['host/app:v1', ...images])
  })

  it('gives the running digest in the repository that the pod asked for as well', () => {
    const images = imagesOfPodStatus(spec, statusOf('mirror/app:v1', `mirror/app@${digest}`))

    expect(images).toEqual(['mirror/app:v1', `mirror/app@${digest}`, `localhost:5000/team/app@${digest}`])
  })

  it.each([
    ['host/app', 'host/app'],
    ['host:5000/app', 'host:5000/app'],
    ['host:5000/app:v1', 'host:5000/app'],
    [`app:v1@sha256:${'c'.repeat(64)}`, 'app'],
  ])('B24 takes the repository of %s', (image, repository) => {
    const asked = { containers: [{ name: 'app', image }] }

    expect(imagesOfPodStatus(asked, statusOf('', `other@${digest}`))).toContain(`${repository}@${digest}`)
  })

  it('reads init and ephemeral containers too', () => {
    const images = imagesOfPodStatus(undefined, {
      initContainerStatuses: [{ name: 'init', image: 'init:v1', imageID: `init@${digest}` }],
      ephemeralContainerStatuses: [{ name: 'debug', image: 'debug:v1', imageID: `debug@${digest}` }],
    })

    expect(images).toEqual(['init:v1', `init@${digest}`, 'debug:v1', `debug@${digest}`])
  })

  it('gives nothing for a pod that no kubelet has seen', () => {
    expect(imagesOfPodStatus(spec, undefined)).toEqual([])
    expect(imagesOfPodStatus(spec, { containerStatuses: null })).toEqual([])
  })
})

describe('ControllerRevisions', () => {
  const revisionOf = (name: string, revision: number, owner?: string) => ({
    metadata: {
      name,
      namespace: 'production',
      ...(owner !== undefined && { ownerReferences: [{ uid: owner, controller: true }] }),
    },
    revision,
    data: { spec: { template: { spec: { containers: [{ name: 'main', image: `${name}:v1` }] } } } },
  })

  it('reads the template that the revision patches', () => {
    expect(imagesOfRevision(revisionOf('db', 1))).toEqual(['db:v1'])
    expect(imagesOfRevision({ ...revisionOf('db', 1), data: null })).toEqual([])
  })

  it('counts the newest revision of each owner as the current one', () => {
    const [first, second, rolledBackTo] = [revisionOf('a', 1, 'x'), revisionOf('b', 2, 'x'), revisionOf('c', 5, 'x')]
    const other = revisionOf('d', 1, 'y')

    expect(oldRevisions([second, rolledBackTo, first, other])).toEqual(new Set([first, second]))
  })

  it('counts a revision that nobody owns as current', () => {
    expect(oldRevisions([revisionOf('a', 1), revisionOf('b', 2)]).size).toBe(0)
  })
})
