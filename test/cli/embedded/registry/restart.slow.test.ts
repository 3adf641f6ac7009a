import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { startRegistry } from '../../../../cli/embedded/registry/registry-server.ts'
import { pushBySha512 } from '../../../support/push-by-sha512.ts'
import { digestOf, listTags, refusalOf, registryForTest, temporaryFolder } from './registry-fixture.ts'

const repository = 'team/app'

/** A registry in a process of its own, which can be killed. */
const spawnRegistry = async (dataDir: string) => {
  const module = new URL('../../../../cli/embedded/registry/registry-server.ts', import.meta.url).href
  const script = `import { startRegistry } from '${module}'
    console.log((await startRegistry({ dataDir: process.argv[1] })).url)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, dataDir], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [url] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), 'line'))
  const kill = async () => {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return { url, kill }
}

const manifestSchema = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string() })),
})

/** Every digest below a tag, each checked against its bytes. */
const readWhole = async (url: string, tag: string): Promise<string> => {
  const response = await fetch(`${url}/v2/${repository}/manifests/${tag}`)
  const text = await response.text()
  expect(digestOf(text)).toBe(response.headers.get('Docker-Content-Digest'))
  const { config, layers } = manifestSchema.parse(JSON.parse(text))
  for (const { digest } of [config, ...layers]) {
    const blob = await fetch(`${url}/v2/${repository}/blobs/${digest}`)
    expect(digestOf(new Uint8Array(await blob.arrayBuffer()))).toBe(digest)
  }
  return digestOf(text)
}

describe('a registry that starts again', () => {
  it('has everything it had', async () => {
    const dataDir = await temporaryFolder()
    const before = await startRegistry({ dataDir })
    const image = await pushImage(before.url, { repository, tag: 'V1', platforms: ['linux/amd64', 'linux/arm64'] })
    const referrer = await pushImage(before.url, { repository, subject: image, artifactType: 'a/b' })
    await pushImage(before.url, { repository, tag: 'v1', format: 'docker' })
    const bySha512 = await pushBySha512(before.url, repository, { tags: ['odd'] })
    await before.close()

    const after = await registryForTest({ dataDir })

    expect(await listTags(after, repository)).toEqual(['V1', 'odd', 'v1'])
    const byTag = await fetch(`${after.url}/v2/${repository}/manifests/V1`)
    expect(byTag.headers.get('Docker-Content-Digest')).toBe(image.digest)
    expect(byTag.headers.get('Content-Type')).toBe(image.mediaType)
    const odd = await fetch(`${after.url}/v2/${repository}/manifests/odd`)
    expect(odd.headers.get('Docker-Content-Digest')).toBe(bySha512.digest)
    expect((await fetch(`${after.url}/v2/${repository}/blobs/${bySha512.config}`)).status).toBe(200)
    const referrers = await fetch(`${after.url}/v2/${repository}/referrers/${image.digest}`)
    expect(await referrers.json()).toMatchObject({ manifests: [{ digest: referrer.digest, artifactType: 'a/b' }] })
  })

  it('does not bring back what was deleted', async () => {
    const dataDir = await temporaryFolder()
    const before = await startRegistry({ dataDir })
    const { digest } = await pushImage(before.url, { repository, tag: 'v1', seed: 'one' })
    await pushImage(before.url, { repository, tag: 'v2', seed: 'one' })
    await fetch(`${before.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' })
    await before.close()

    const after = await registryForTest({ dataDir })

    expect(await listTags(after, repository)).toEqual([])
    await pushImage(after.url, { repository, tag: 'v3', seed: 'one' })
    expect(await listTags(after, repository)).toEqual(['v3'])
  })

  it('forgets links whose content is gone, for good', async () => {
    const dataDir = await temporaryFolder()
    const before = await startRegistry({ dataDir })
    const { digest } = await pushImage(before.url, { repository, tag: 'v1', seed: 'one' })
    await before.close()
    await rm(join(dataDir, 'content'), { recursive: true })

    const middle = await startRegistry({ dataDir })
    expect(await refusalOf(await fetch(`${middle.url}/v2/${repository}/manifests/${digest}`))).toBe(
      '404 MANIFEST_UNKNOWN',
    )
    await pushImage(middle.url, { repository, tag: 'v2', seed: 'one' })
    await middle.close()

    const after = await registryForTest({ dataDir })
    expect(await listTags(after, repository)).toEqual(['v2'])
  })

  it('is whole after it was killed while images were pushed, tagged and deleted', async () => {
    const dataDir = await temporaryFolder()
    for (const round of [0, 1, 2]) {
      const { url, kill } = await spawnRegistry(dataDir)
      const taken = new Map<string, string>()
      const push = async (tag: string) => {
        taken.set(tag, (await pushImage(url, { repository, tag, seed: tag })).digest)
        const toDelete = await pushImage(url, { repository, tag: `unwanted-${tag}` })
        await fetch(`${url}/v2/${repository}/manifests/${toDelete.digest}`, { method: 'DELETE' })
      }
      const pushUntilKilled = async (worker: number) => {
        for (let count = 0; ; count += 1) await push(`r${round}-w${worker}-${count}`)
      }
      const workers = Promise.allSettled([0, 1, 2, 3].map(pushUntilKilled))
      await expect.poll(() => taken.size, { timeout: 20_000, interval: 1 }).toBeGreaterThan(10 + 7 * round)

      await kill()
      await workers

      const registry = await startRegistry({ dataDir })
      const tags = await listTags(registry, repository)
      for (const tag of tags) {
        const digest = await readWhole(registry.url, tag)
        if (taken.has(tag)) expect(digest).toBe(taken.get(tag))
      }
      expect(tags).toEqual(expect.arrayContaining([...taken.keys()]))
      await registry.close()
      expect(await readdir(join(dataDir, 'tmp'))).toEqual([])
    }
  })
})
