import { describe, expect, it } from 'vitest'
import type { PushedImage } from '../../cli/embedded/registry/push-image.ts'
import { type RunResult, run } from '../real/parts/run.ts'
import { signatureTag } from '../support/loopback.ts'
import type { Installation } from './installation.ts'
import { namesOf, newScene, sweep, synced, track } from './objects.ts'
import { endedRun, trackPushed } from './sweep.ts'
import { answersFor, push, type Scene } from './world.ts'

const program = new URL('../../cli/shelflife.ts', import.meta.url).pathname

/** What the registry behind an installation can do, and what only its operators can. */
export interface RestoreWorld {
  readonly installation: () => Installation
  /** Without it the registry knows referrers by their tag alone. */
  readonly listsReferrersByApi: boolean
  /** Pulls every manifest and blob of `HOST/PATH:TAG`, or throws. */
  readonly pull?: (reference: string) => Promise<void>
  /** Removes the blobs of deleted images, as the registry's operators do. Nobody may push meanwhile. */
  readonly collectGarbage?: () => Promise<unknown>
}

/** Deletes an index with all that belongs to it, and puts it back by name and by run. */
export function restoreScenarios(world: RestoreWorld): void {
  describe('a restore', () => {
    it('brings an index back with its children, signature, SBOM, tags and objects', async () => {
      const deleted = await deleteSigned(world, 'restored')
      const { scene, references } = deleted

      const { stdout, stderr, exitCode } = await restore(world, imageOf(scene, 'v1'))

      expect({ stderr, exitCode }, stdout).toEqual({ stderr: '', exitCode: 0 })
      expect(stdout).not.toMatch(/left alone|missing|failed/)
      expect(await answersFor(scene, ...references)).toEqual(all(references, 200))
      expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v1.0', 'v2', 'whole'])
      expect(await synced(scene, 'v1')).toMatchObject({ digest: deleted.digest })
      for (const tag of ['v1', 'v1.0']) await world.pull?.(`${hostOf(scene)}/${scene.repository}:${tag}`)
    })

    it('of a whole run is the same, and the second time finds everything there', async () => {
      const { scene, references } = await deleteSigned(world, 'run')
      const runName = await runOf(world, scene)

      const first = await restore(world, '--run', runName)
      const second = await restore(world, '--run', runName, '-o', 'json')

      expect(first, first.stdout).toMatchObject({ stderr: '', exitCode: 0 })
      expect(await answersFor(scene, ...references)).toEqual(all(references, 200))
      expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v1.0', 'v2', 'whole'])
      expect(second).toMatchObject({ stderr: '', exitCode: 0 })
      expect(JSON.parse(second.stdout).totals).toMatchObject({ restored: 0, leftAlone: 0, missing: 0, failed: 0 })
    })

    it('leaves a tag alone that was pushed again, and says so', async () => {
      const { scene, digest } = await deleteSigned(world, 'moved')
      const newer = await push(scene, { tag: 'v1', seed: `${scene.namespace} pushed again` })

      const { stdout, exitCode } = await restore(world, `${scene.world.registryHost}/${scene.repository}@${digest}`)

      expect(exitCode).toBe(1)
      expect(stdout).toContain(`left alone  tag       v1  it points at ${newer.digest} now`)
      expect(await answersFor(scene, digest, 'v1.0')).toEqual({ [digest]: 200, 'v1.0': 200 })
    })

    it('of what was never here is refused before anything is printed', async () => {
      const { stdout, stderr, exitCode } = await restore(world, 'harbor.example.com/never/pushed:v1')

      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
      expect(stderr).toContain('harbor.example.com/never/pushed:v1: expected a tag that was deleted here')
    })
  })
  if (world.collectGarbage) afterCollection(world, world.collectGarbage)
}

function afterCollection(world: RestoreWorld, collectGarbage: () => Promise<unknown>): void {
  describe('a restore after the garbage collection', () => {
    it('says which blobs are gone, and leaves neither tag nor object half back', async () => {
      const { scene, references } = await deleteSigned(world, 'collected')
      await collectGarbage()

      const { stdout, exitCode } = await restore(world, imageOf(scene, 'v1'))

      expect(exitCode).toBe(1)
      expect(stdout).toMatch(/missing {5}manifest {2}sha256:\w+ {2}2 blobs of it are gone:\n/)
      expect(stdout).toMatch(/ layer sha256:[0-9a-f]{64} \(\d+ bytes\) was collected\n/)
      expect(stdout).toMatch(/^0 restored, 0 there already, \d+ could not be restored$/m)
      expect(await answersFor(scene, ...references)).toEqual(all(references, 404))
      expect(await namesOf(scene, 'Repository')).toEqual(['v2', 'whole'])
    })

    it('brings everything back whole where the policy archived the layers', async () => {
      const { scene, references } = await deleteSigned(world, 'archived', { archive: 'layers' })
      await collectGarbage()

      const foretold = await restore(world, imageOf(scene, 'v1'), '--dry-run')
      const { stdout, stderr, exitCode } = await restore(world, imageOf(scene, 'v1'))

      expect(foretold.stdout).toMatch(/^\d+ blobs \(.+\) would be uploaded from the archive/m)
      expect({ stderr, exitCode }, stdout).toEqual({ stderr: '', exitCode: 0 })
      expect(stdout).toMatch(/^\d+ blobs \(.+\) uploaded from the archive, since the registry had them no more$/m)
      expect(stdout).toMatch(/^the archive holds all layers of \d images until \d{4}-\d\d-\d\d, whatever/m)
      expect(await answersFor(scene, ...references)).toEqual(all(references, 200))
      for (const tag of ['v1', 'v1.0']) await world.pull?.(`${hostOf(scene)}/${scene.repository}:${tag}`)
    })

    it('brings back what it had restored before, since that is needed again', async () => {
      const { scene, references } = await deleteSigned(world, 'kept')
      await restore(world, imageOf(scene, 'v1'))
      await collectGarbage()

      const { exitCode } = await restore(world, imageOf(scene, 'v1'))

      expect(exitCode).toBe(0)
      expect(await answersFor(scene, ...references)).toEqual(all(references, 200))
      await world.pull?.(`${hostOf(scene)}/${scene.repository}:v1`)
    })
  })
}

const platforms = ['linux/amd64', 'linux/arm64']

/** An index under two tags with a signature and an SBOM, all of it swept by such a policy; `v2` stays. */
async function deleteSigned(world: RestoreWorld, name: string, spec: object = {}) {
  const scene = await newScene(world.installation().world, name)
  const seed = `${scene.namespace} signed`
  const index = await push(scene, { tag: 'v1', seed, platforms })
  await push(scene, { tag: 'v1.0', seed, platforms })
  const signature = signatureTag(index.digest)
  await push(scene, { tag: signature, seed: `${seed} by alice`, artifactType: 'application/vnd.example.signature' })
  const references = ['v1', 'v1.0', signature, index.digest, ...index.children.map(child => child.digest)]
  const sbom = await push(scene, { subject: index, seed: `${seed} sbom`, artifactType: 'application/spdx+json' })
  references.push(sbom.digest)
  if (!world.listsReferrersByApi) references.push(await pushReferrersTag(scene, index.digest, sbom))
  await push(scene, { tag: 'v2', seed: `${scene.namespace} stays` })
  await track(scene)
  await synced(scene, 'whole')
  await trackPushed(scene, ['v1', 'v1.0', 'v2'])
  await sweep(scene, 'keep-newest', { keepRecent: 1, ...spec })
  const ended = await endedRun(scene, 'keep-newest')
  expect(ended).toMatchObject({ result: 'Success', failed: 0 })
  expect(await answersFor(scene, ...references)).toEqual(all(references, 404))
  return { scene, digest: index.digest, references }
}

/** What clients write where the registry lists no referrers. */
async function pushReferrersTag({ world, repository }: Scene, subject: string, referrer: PushedImage): Promise<string> {
  const { mediaType, digest, size } = referrer
  const tag = subject.replace(':', '-')
  const index = 'application/vnd.oci.image.index.v1+json'
  const body = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [{ mediaType, digest, size }] })
  const url = `${world.registryUrl}/v2/${repository}/manifests/${tag}`
  const { status } = await fetch(url, { method: 'PUT', headers: { 'content-type': index }, body })
  if (status !== 201) throw new Error(`expected 201 for the referrers tag, got ${status}`)
  return tag
}

const all = (references: readonly string[], status: number) => Object.fromEntries(references.map(one => [one, status]))

const imageOf = ({ world, repository }: Scene, tag: string): string => `${world.registryHost}/${repository}:${tag}`

const hostOf = ({ world }: Scene): string => new URL(world.registryUrl).host

const restore = ({ installation }: RestoreWorld, ...args: readonly string[]): Promise<RunResult> =>
  run(process.execPath, [program, 'restore', ...args, '--data', installation().dataDir], { env: process.env })

/** As the refusal of a run that is not known lists it. */
async function runOf(world: RestoreWorld, scene: Scene): Promise<string> {
  const policy = `local/${scene.namespace}/keep-newest`
  const { stderr } = await restore(world, '--run', `${policy}/unknown`)
  const [, runName] = new RegExp(`\\n {2}(${policy}/\\S+) of `).exec(stderr) ?? []
  if (runName === undefined) throw new Error(`expected the runs of ${policy}, got ${stderr}`)
  return runName
}
