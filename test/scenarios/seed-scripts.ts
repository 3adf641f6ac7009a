import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { KubernetesObject } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { type RunResult, run } from '../real/parts/run.ts'
import { waitUntil } from '../real/parts/wait-until.ts'
import { deploy, namesOf, newScene, statusOf, synced, track } from './objects.ts'
import { trackPushed } from './sweep.ts'
import { answersFor, pushTags, type Scene, type World } from './world.ts'

const scriptPath = (name: string): string => new URL(`../../scripts/${name}`, import.meta.url).pathname

/** The scripts in `scripts/`; `path` holds the folders of kubectl and jq. */
export function seedScriptScenarios(world: () => World, path: () => string): void {
  const envOf = () => ({ PATH: path(), KUBECONFIG: world().kubeconfigPath, HOME: '/nonexistent' })

  describe.concurrent('cleanup-old-images.sh', () => cleanups(world, envOf))
  describe.concurrent('check-sync-status.sh', () => {
    it('tells of each object of every namespace on a line of its own', async () => {
      const [one, other] = [await newScene(world(), 'status-one'), await newScene(world(), 'status-other')]
      await pushTags(one, 'v1')
      await pushTags(other, 'v1')
      for (const tag of ['v1', 'missing']) await track(one, tag)
      await track(other, 'v1')
      const [first, second] = await Promise.all([synced(one, 'v1'), synced(other, 'v1')])
      await statusOf(one, 'missing', 'its failure', status => status.syncStatus === 'Failed')

      const { stdout, stderr, exitCode } = await run('bash', [scriptPath('check-sync-status.sh')], { env: envOf() })

      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
      const lines = stdout.split('\n')
      expect(lines[0]).toBe('检查镜像同步状态')
      expect(lines).toContain(`[${one.namespace}/v1] 状态: Success, 最后同步: ${first.lastSynced}`)
      expect(lines).toContain(`[${other.namespace}/v1] 状态: Success, 最后同步: ${second.lastSynced}`)
      expect(stdout).toMatch(new RegExp(`^\\[${one.namespace}/missing\\] 状态: Failed, 最后同步: `, 'm'))
    })
  })
}

function cleanups(world: () => World, envOf: () => NodeJS.ProcessEnv): void {
  const cleanUp = (args: readonly string[], input: string): Promise<RunResult> =>
    run('bash', [scriptPath('cleanup-old-images.sh'), ...args], { env: envOf(), input })
  const imageOf = ({ repository }: Scene) => `${world().registryHost}/${repository}`

  it('deletes by repository and in the order of versions, by the names of the objects, and leaves the registry', async () => {
    const scene = await newScene(world(), 'by-version')
    const versions = ['v1.2.3', 'v1.9.0', 'v1.10.0', 'v1.10.1-rc.1']
    const beside = { ...scene, repository: `${scene.repository}/beside` }
    await pushTags(scene, ...versions)
    await pushTags(beside, 'v0.1.0')
    for (const [number, tag] of versions.entries()) await track(scene, tag, `app-${number}`)
    await track(beside, 'v0.1.0', 'beside')
    await Promise.all(['app-0', 'app-1', 'app-2', 'app-3', 'beside'].map(name => synced(scene, name)))
    await trackPushed(scene, [])

    const { stdout, stderr, exitCode } = await cleanUp([scene.namespace, '2'], 'y\n')

    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout.split('\n')).toEqual([
      `清理命名空间 ${scene.namespace} 中超过 2 个版本的镜像`,
      '试运行，将删除:',
      `  ${imageOf(scene)}:v1.2.3 (app-0): not among the newest 2`,
      '确认删除? [y/N] ',
      `处理镜像: ${imageOf(scene)}`,
      '  删除版本: v1.2.3',
      expect.stringMatching(/"app-0" deleted/),
      `处理镜像: ${imageOf(beside)}`,
      '',
    ])
    expect(await namesOf(scene, 'Repository')).toEqual(['app-1', 'app-2', 'app-3', 'beside'])
    expect(await namesOf(scene, 'ImageCleanupPolicy')).toEqual([])
    expect(await answersFor(scene, 'v1.2.3')).toEqual({ 'v1.2.3': 200 })
  })

  it('spares what runs, and what a policy excludes', async () => {
    const scene = await newScene(world(), 'spared')
    const versions = ['v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3']
    await pushTags(scene, ...versions)
    await deploy(scene, 'app', `${imageOf(scene)}:v1.0.0`)
    await world().client.create({
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { namespace: scene.namespace, name: 'excludes' },
      spec: { keepRecent: 0, gracePeriod: '1s', exclude: [{ tag: 'v1.0.1' }] },
    } as KubernetesObject)
    await trackPushed(scene, versions)

    const { stdout } = await cleanUp([scene.namespace, '1'], 'y\n')

    expect(stdout.match(/删除版本: .*/g)).toEqual(['删除版本: v1.0.2'])
    expect(await namesOf(scene, 'Repository')).toEqual(['v1.0.0', 'v1.0.1', 'v1.0.3'])
  })

  it('spares what begins to run, or to be mounted, while it waits for the answer', async () => {
    const scene = await newScene(world(), 'meanwhile')
    await pushTags(scene, 'v1', 'v2', 'v3')
    await trackPushed(scene, ['v1', 'v2', 'v3'])
    const script = spawn('bash', [scriptPath('cleanup-old-images.sh'), scene.namespace, '1'], { env: envOf() })
    const [ended, complaints] = [once(script, 'close'), text(script.stderr)]
    let said = ''
    script.stdout.on('data', part => {
      said += part
    })

    await waitUntil(() => said.includes('[y/N]'), { what: 'the question' })
    const mounted = { name: 'data', image: { reference: `${imageOf(scene)}:v2` } }
    await deploy(scene, 'app', `${imageOf(scene)}:v1`, 1, [mounted])
    script.stdin.end('y\n')

    expect([await ended, await complaints]).toEqual([[0, null], ''])
    expect(said.match(/保留版本: .*/g)?.toSorted()).toEqual(['保留版本: v1', '保留版本: v2'])
    expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v2', 'v3'])
  })

  it.each([
    ['N\n', 0, ''],
    ['', 1, 'expected the answer y or N on standard input, got none: nothing was deleted\n'],
  ])('deletes nothing after the answer %j', async (answer, expectedCode, complaint) => {
    const scene = await newScene(world(), 'declined')
    await pushTags(scene, 'v1', 'v2')
    await trackPushed(scene, ['v1', 'v2'])

    const { stdout, stderr, exitCode } = await cleanUp([scene.namespace, '1'], answer)

    expect({ exitCode, stderr }).toEqual({ exitCode: expectedCode, stderr: complaint })
    expect(stdout).toContain(`${imageOf(scene)}:v1 (v1)`)
    expect(stdout).not.toContain('删除版本')
    expect(await namesOf(scene, 'Repository')).toEqual(['v1', 'v2'])
    expect(await namesOf(scene, 'ImageCleanupPolicy')).toEqual([])
  })

  it('asks nothing where nothing is to be deleted: three versions stay without a second argument', async () => {
    const scene = await newScene(world(), 'three')
    await pushTags(scene, 'v1', 'v2', 'v3')
    await trackPushed(scene, ['v1', 'v2', 'v3'])

    const { stdout, stderr, exitCode } = await cleanUp([scene.namespace], '')

    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toBe(`清理命名空间 ${scene.namespace} 中超过 3 个版本的镜像\n处理镜像: ${imageOf(scene)}\n`)
  })

  it.each(['three', '-1', '1001', '2; rm'])('refuses %j as a number of versions', async number => {
    const { stdout, stderr, exitCode } = await cleanUp(['production', number], 'y\n')

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(stderr).toBe(`expected how many versions to keep, 0 to 1000, as the second argument, got ${number}\n`)
  })

  it('says where the namespace is not there', async () => {
    const { stdout, stderr, exitCode } = await cleanUp(['nobodys'], 'y\n')

    expect({ stdout, exitCode }).toEqual({ stdout: '清理命名空间 nobodys 中超过 3 个版本的镜像\n', exitCode: 1 })
    expect(stderr).toContain('"nobodys" not found')
  })
}
