import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Registry } from '../../../../cli/embedded/registry/registry-server.ts'
import { absentDigest, digestOf, pushBlob, refusalOf, registryForTest, temporaryFolder } from './registry-fixture.ts'

const startUpload = async (registry: Registry, repository = 'team/app'): Promise<string> => {
  const started = await fetch(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  return new URL(started.headers.get('Location') ?? '', registry.url).href
}

const patch = (upload: string, body: string, contentRange?: string): Promise<Response> =>
  fetch(upload, { method: 'PATCH', body, headers: contentRange ? { 'Content-Range': contentRange } : {} })

const finish = (upload: string, digest: string, body = ''): Promise<Response> =>
  fetch(`${upload}?digest=${digest}`, { method: 'PUT', body })

const readBlob = async (registry: Registry, digest: string, repository = 'team/app'): Promise<string> =>
  (await fetch(`${registry.url}/v2/${repository}/blobs/${digest}`)).text()

describe('blob uploads', () => {
  it('takes a blob in one POST', async () => {
    const registry = await registryForTest()
    const digest = digestOf('hello')

    const url = `${registry.url}/v2/team/app/blobs/uploads/?digest=${digest}`
    const response = await fetch(url, { method: 'POST', body: 'hello' })

    expect(response.status).toBe(201)
    expect(response.headers.get('Location')).toBe(`/v2/team/app/blobs/${digest}`)
    expect(response.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(await readBlob(registry, digest)).toBe('hello')
  })

  it('takes a blob by POST and PUT', async () => {
    const registry = await registryForTest()

    const response = await finish(await startUpload(registry), digestOf('hello'), 'hello')

    expect(response.status).toBe(201)
    expect(await readBlob(registry, digestOf('hello'))).toBe('hello')
  })

  it('takes an empty blob', async () => {
    const registry = await registryForTest()

    const response = await finish(await startUpload(registry), digestOf(''))

    expect(response.status).toBe(201)
    expect(await readBlob(registry, digestOf(''))).toBe('')
  })

  it('takes chunks in order and says how far it got', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)

    const first = await patch(upload, 'hello ', '0-5')
    const second = await patch(upload, 'wor', 'bytes 6-8')
    const status = await fetch(upload)
    const finished = await finish(upload, digestOf('hello world'), 'ld')

    expect([first.status, second.status, status.status, finished.status]).toEqual([202, 202, 204, 201])
    expect([first, second, status].map(answer => answer.headers.get('Range'))).toEqual(['0-5', '0-8', '0-8'])
    expect(await readBlob(registry, digestOf('hello world'))).toBe('hello world')
  })

  it('refuses a chunk that leaves a gap or overlaps, and keeps what it has', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)
    await patch(upload, 'hello', '0-4')

    const gap = await patch(upload, 'x', '6-6')
    const overlap = await patch(upload, 'x', '4-4')

    expect([gap.status, overlap.status]).toEqual([416, 416])
    expect(gap.headers.get('Range')).toBe('0-4')
    expect((await finish(upload, digestOf('hello'))).status).toBe(201)
  })

  it('refuses a chunk whose length is not what its range says, and forgets it', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)
    await patch(upload, 'hello', '0-4')

    const tooLong = await patch(upload, ' world', '5-6')
    const backwards = await patch(upload, 'x', '5-4')

    expect(await refusalOf(tooLong)).toBe('400 SIZE_INVALID')
    expect(await refusalOf(backwards)).toBe('416 RANGE_INVALID')
    expect((await finish(upload, digestOf('hello'))).status).toBe(201)
  })

  it('B17 refuses content whose hash is not the digest, and stores nothing', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)

    const refused = await finish(upload, absentDigest, 'hello')

    expect(await refusalOf(refused)).toBe('400 DIGEST_INVALID')
    expect(await refusalOf(await fetch(`${registry.url}/v2/team/app/blobs/${digestOf('hello')}`))).toBe(
      '404 BLOB_UNKNOWN',
    )
    expect(await refusalOf(await fetch(upload))).toBe('404 BLOB_UPLOAD_UNKNOWN')
  })

  it('B10 refuses another digest algorithm and a missing digest, and keeps the upload', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)

    const sha384 = await finish(upload, `sha384:${'0'.repeat(96)}`, 'hello')
    const missing = await fetch(upload, { method: 'PUT', body: 'hello' })

    expect(await refusalOf(sha384)).toBe('400 DIGEST_INVALID')
    expect(await refusalOf(missing)).toBe('400 DIGEST_INVALID')
    expect((await finish(upload, digestOf('hello'), 'hello')).status).toBe(201)
  })

  it('B17 leaves nothing behind of a POST whose content is not what its digest says', async () => {
    const dataDir = await temporaryFolder()
    const registry = await registryForTest({ dataDir })

    const url = `${registry.url}/v2/team/app/blobs/uploads/?digest=${absentDigest}`
    const refused = await fetch(url, { method: 'POST', body: 'hello' })

    expect(await refusalOf(refused)).toBe('400 DIGEST_INVALID')
    expect(await readdir(join(dataDir, 'tmp'))).toEqual([])
  })

  it('cancels an upload', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)

    const cancelled = await fetch(upload, { method: 'DELETE' })

    expect(cancelled.status).toBe(204)
    expect(await refusalOf(await fetch(upload))).toBe('404 BLOB_UPLOAD_UNKNOWN')
  })

  it('does not show an upload to another repository', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)

    const elsewhere = await fetch(upload.replace('team/app', 'team/other'))

    expect(await refusalOf(elsewhere)).toBe('404 BLOB_UPLOAD_UNKNOWN')
  })

  it('F17 writes what comes as it comes and keeps what came before the connection broke, so that the client can go on', async () => {
    const registry = await registryForTest()
    const upload = await startUpload(registry)
    const socket = connect(Number(new URL(upload).port), '127.0.0.1')
    socket.write(`PATCH ${new URL(upload).pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhello`)
    await vi.waitFor(async () => expect((await fetch(upload)).headers.get('Range')).toBe('0-4'))

    socket.destroy()

    await vi.waitFor(async () => expect((await patch(upload, ' world', '5-10')).status).toBe(202))
    expect((await finish(upload, digestOf('hello world'))).status).toBe(201)
  })

  it('mounts a blob of another repository', async () => {
    const registry = await registryForTest()
    const digest = await pushBlob(registry, 'team/app', 'hello')

    const url = `${registry.url}/v2/team/other/blobs/uploads/?mount=${digest}&from=team/app`
    const mounted = await fetch(url, { method: 'POST' })

    expect(mounted.status).toBe(201)
    expect(mounted.headers.get('Location')).toBe(`/v2/team/other/blobs/${digest}`)
    expect(await readBlob(registry, digest, 'team/other')).toBe('hello')
  })

  it.each([
    ['the blob is not there', `mount=${absentDigest}&from=team/app`],
    ['the repository is not there', `mount=${digestOf('hello')}&from=team/none`],
    ['no repository is named', `mount=${digestOf('hello')}`],
  ])('opens an upload in the place of a mount when %s', async (_case, query) => {
    const registry = await registryForTest()
    await pushBlob(registry, 'team/app', 'hello')

    const response = await fetch(`${registry.url}/v2/team/other/blobs/uploads/?${query}`, { method: 'POST' })

    expect(response.status).toBe(202)
    expect(response.headers.get('Location')).toMatch(/^\/v2\/team\/other\/blobs\/uploads\/[0-9a-f-]{36}$/)
  })
})
