import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run as runProcess } from '../../real/parts/run.ts'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { deploy, merge, newScene, sweep } from '../../scenarios/objects.ts'
import { endedRun, trackPushed } from '../../scenarios/sweep.ts'
import { answersFor, pushTags, type Scene } from '../../scenarios/world.ts'
import { offeredByBash } from '../../support/bash-completion.ts'
import { schemaProblem } from '../schema.ts'

/** Each command is a process of its own. */
const timeoutMs = 120_000
const program = fileURLToPath(new URL('../../../cli/shelflife.ts', import.meta.url))

let installation: Installation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation?.remove())

/** The command as a person runs it beside the installation. */
const run = async (...args: readonly string[]) => {
  const data = dirname(installation.world.kubeconfigPath)
  const { exitCode: code, ...output } = await runProcess(process.execPath, [program, ...args, '--data', data])
  return { code, ...output }
}

const json = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await run(...args, '-o', 'json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** What runs is seen by the inventory, which may have been taken just before. */
const usageKnown = (policy: string) =>
  waitUntil(
    async () => {
      const { decisions } = await json('plan', '--policy-name', policy)
      return decisions.some((one: { rule: string }) => one.rule === 'in-use')
    },
    { what: 'an inventory that shows what runs', deadlineMs: 90_000 },
  )

async function threeTags(name: string): Promise<{ scene: Scene; image: (tag: string) => string }> {
  const scene = await newScene(installation.world, name)
  await pushTags(scene, 'v1', 'v2', 'v3')
  const image = (tag: string) => `${installation.world.registryHost}/${scene.repository}:${tag}`
  await deploy(scene, 'app', image('v1'))
  await trackPushed(scene, ['v1', 'v2', 'v3'])
  return { scene, image }
}

it(
  'plans what the sweep then deletes, explains it before and after, and shows who did it',
  async () => {
    const { scene, image } = await threeTags('live')
    await sweep(scene, 'tidy', { keepRecent: 1, suspend: true })
    const name = `${scene.namespace}/tidy`
    await usageKnown(name)

    const plan = await json('plan', '--policy-name', name)
    const before = await json('explain', image('v2'))
    await merge(installation.world, {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { namespace: scene.namespace, name: 'tidy' },
      spec: { suspend: false },
    } as Parameters<typeof merge>[1])
    const ended = await endedRun(scene, 'tidy')
    const after = await json('explain', image('v2'))
    const history = await json('history', '--policy', name)

    const toDelete = plan.decisions.filter((one: { verdict: string }) => one.verdict === 'delete')
    expect(toDelete.map((one: { tags: string[] }) => one.tags)).toEqual([['v2']])
    expect(plan.sweep.stoppedBy).toEqual(['the policy is suspended'])
    expect(before).toMatchObject({ state: 'to-delete', policies: [{ saves: [{ how: 'keepRecent', to: 2 }, {}] }] })
    expect(ended).toMatchObject({ result: 'Success', deleted: 1 })
    expect(await answersFor(scene, 'v1', 'v2', 'v3')).toEqual({ v1: 200, v2: 404, v3: 200 })
    expect(after).toMatchObject({ state: 'gone', gone: { by: `policy local/${name}` } })
    expect(history.changes.map((one: { action: string }) => one.action)).toEqual([
      'marked',
      'deletion-started',
      'deleted',
      'deleted',
    ])
    expect(after.gone.run).toBe(history.changes.at(-1)?.run)
    expect(await schemaProblem('history/history.schema.json', history)).toBeUndefined()
    expect(await schemaProblem('explain/explain.schema.json', after)).toBeUndefined()
    expect(await schemaProblem('plan/plan.schema.json', plan)).toBeUndefined()
  },
  timeoutMs,
)

it(
  'F37 pauses all sweeps and one policy, tells so, and lets them continue',
  async () => {
    const scene = await newScene(installation.world, 'paused')
    await sweep(scene, 'tidy', { keepRecent: 1, suspend: true })
    const name = `${scene.namespace}/tidy`

    const paused = [await run('pause'), await run('pause', '--policy', name)]
    const status = await json('pause', '--status')
    const resumed = [await run('resume', '--policy', name), await run('resume')]
    const after = await json('pause', '--status')

    expect([...paused, ...resumed].map(one => [one.code, one.stderr])).toEqual(Array(4).fill([0, '']))
    expect(status.sweeps).toMatchObject({ paused: true, value: 'paused' })
    expect(status.policies.find((one: { policy: string }) => one.policy === `local/${name}`).stoppedBy).toHaveLength(2)
    expect(after.sweeps).toMatchObject({ paused: false, value: 'running' })
    expect(after.policies.find((one: { policy: string }) => one.policy === `local/${name}`).stoppedBy).toEqual([
      'spec.suspend',
    ])
  },
  timeoutMs,
)

it(
  'exits with 2 and names what was expected for what it cannot use',
  async () => {
    const wrong = [
      { args: ['explain', 'nowhere/app:v1'], says: 'found no "nowhere/app"' },
      { args: ['history'], says: 'expected an image, --policy or --since' },
      { args: ['plan', '--policy-name', 'team/never'], says: 'found no team/never' },
      { args: ['pause', '--policy', 'never'], says: 'expected a policy as NAMESPACE/NAME' },
      { args: ['explain'], says: 'expected <image> after shelflife explain, got none' },
    ]

    const runs = await Promise.all(wrong.map(({ args }) => run(...args)))

    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(wrong.map(() => [2, '']))
    for (const [at, { says }] of wrong.entries()) expect(runs[at]?.stderr).toContain(says)
  },
  timeoutMs,
)

it(
  'completes the names of policies, images and runs in bash',
  async () => {
    const { scene, image } = await threeTags('typed')
    await sweep(scene, 'tidy', { keepRecent: 1 })
    await endedRun(scene, 'tidy')
    const data = dirname(installation.world.kubeconfigPath)
    // A busy machine may take longer than a shell should be kept waiting, and then nothing is offered.
    const offered = (...words: readonly string[]) =>
      waitUntil(async () => noneAsUndefined(await offeredByBash(data, words)), {
        what: `names after ${words.join(' ')}`,
        deadlineMs: 100_000,
      })

    const policies = await offered('plan', '--data', data, '--policy-name', `${scene.namespace}/t`)
    const images = await offered('explain', `--data=${data}`, image('v'))
    const runs = await offered('restore', '--data', data, '--run', `local/${scene.namespace}/`)

    expect(policies).toEqual([`${scene.namespace}/tidy`])
    expect(images).toEqual(['v1', 'v2', 'v3'])
    expect(runs).toEqual([expect.stringMatching(new RegExp(`^local/${scene.namespace}/tidy/.`))])
  },
  timeoutMs,
)

const noneAsUndefined = (lines: readonly string[]) => (lines.length === 0 ? undefined : lines)
