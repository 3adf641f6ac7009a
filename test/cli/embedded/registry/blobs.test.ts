import { describe, expect, it } from 'vitest'
import { absentDigest, digestOf, pushBlob, refusalOf, registryForTest } from './registry-fixture.ts'

const text = '0123456789'
const digest = digestOf(text)

const withBlob = async () => {
  const registry = await registryForTest()
  await pushBlob(registry, 'team/app', text)
  return { registry, url: `${registry.url}/v2/team/app/blobs/${digest}` }
}

describe('blobs', () => {
  it('answers HEAD with the headers of GET and no body', async () => {
    const { url } = await withBlob()

    const head = await fetch(url, { method: 'HEAD' })

    expect(head.status).toBe(200)
    expect(head.headers.get('Content-Length')).toBe('10')
    expect(head.headers.get('Content-Type')).toBe('application/octet-stream')
    expect(head.headers.get('Docker-Content-Digest')).toBe(digest)
    expect(await head.text()).toBe('')
  })

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-99', text, 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('answers the range %s', async (range, expected, contentRange) => {
    const { url } = await withBlob()

    const response = await fetch(url, { headers: { Range: range } })

    expect(response.status).toBe(206)
    expect(response.headers.get('Content-Range')).toBe(contentRange)
    expect(await response.text()).toBe(expected)
  })

  it.each(['bytes=10-', 'bytes=5-4', 'bytes=-0'])('refuses the range %s', async range => {
    const { url } = await withBlob()

    const response = await fetch(url, { headers: { Range: range } })

    expect(response.headers.get('Content-Range')).toBe('bytes */10')
    expect(await refusalOf(response)).toBe('416 RANGE_INVALID')
  })

  it.each(['bytes=0-1,3-4', 'lines=1-2', 'bytes=-'])('answers all of it to the range %s', async range => {
    const { url } = await withBlob()

    const response = await fetch(url, { headers: { Range: range } })

    expect(response.status).toBe(200)
    expect(await response.text()).toBe(text)
  })

  it('answers 304 to a client that has it', async () => {
    const { url } = await withBlob()

    const response = await fetch(url, { headers: { 'If-None-Match': `"${digest}"` } })

    expect(response.status).toBe(304)
  })

  it('deletes a blob from one repository and leaves it in another', async () => {
    const { registry, url } = await withBlob()
    await pushBlob(registry, 'team/other', text)

    const deleted = await fetch(url, { method: 'DELETE' })

    expect(deleted.status).toBe(202)
    expect(await refusalOf(await fetch(url))).toBe('404 BLOB_UNKNOWN')
    expect(await refusalOf(await fetch(url, { method: 'DELETE' }))).toBe('404 BLOB_UNKNOWN')
    expect(await (await fetch(url.replace('team/app', 'team/other'))).text()).toBe(text)
  })

  it('does not show the blob of one repository in another', async () => {
    const { url } = await withBlob()

    const elsewhere = await fetch(url.replace('team/app', 'team/other'))

    expect(await refusalOf(elsewhere)).toBe('404 BLOB_UNKNOWN')
  })

  it('answers BLOB_UNKNOWN for an absent blob and DIGEST_INVALID for what is no digest', async () => {
    const { url } = await withBlob()

    const absent = await fetch(url.replace(digest, absentDigest))
    const malformed = await fetch(url.replace(digest, digest.toUpperCase()))

    expect(await refusalOf(absent)).toBe('404 BLOB_UNKNOWN')
    expect(await refusalOf(malformed)).toBe('400 DIGEST_INVALID')
  })
})
