import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CodeBlock, type PageSection, pageSections } from '../support/page-sections.ts'
import { conditionOf, namesOf, read, statusOf, synced, track } from './objects.ts'
import { type Shell, shellIn, succeed } from './seed-shell.ts'
import { answersFor, pushTags, type World } from './world.ts'

export interface PageCommandParts {
  readonly world: () => World
  /** Holds the folders of kubectl and jq. */
  readonly path: () => string
  /** The embedded API has no Services and no `scale`: pages show what needs them as of a console. */
  readonly isEmbedded: boolean
}

const demo = new URL('../../cli/start/demo.yaml', import.meta.url).pathname

/**
 * What the pages for people with kubectl tell them to run, as it is written there, from the top of a page to its end, on
 * the objects of the demo. They name the namespace production, so they need an installation of their own.
 */
export function pageCommandScenarios(parts: PageCommandParts): void {
  const folder = mkdtempSync(join(tmpdir(), 'page-commands-'))
  const shell = shellIn(folder, parts.world, parts.path)
  beforeAll(async () => {
    copyFileSync(parts.world().kubeconfigPath, join(folder, 'kubeconfig'))
    await pushTags(shell.scene, 'v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3', 'v1.0.4')
    await pushTags({ ...shell.scene, repository: 'library/nginx' }, '1.21-alpine')
    await succeed(shell, `kubectl apply -f ${demo}`)
    if (!parts.isEmbedded) await parts.world().client.create(blueService)
    for (const name of await namesOf(shell.scene, 'Repository')) await synced(shell.scene, name)
    for (const tag of ['v1-old', 'v1-gold', 'v1.0.0']) await track(shell.scene, tag, `tracks-${tag}`)
    await succeed(shell, 'kubectl label repository tracks-v1.0.0 -n production version=old')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const languages = parts.isEmbedded ? ['sh'] : ['sh', 'console']
  pageOf('docs/troubleshooting.md', shell, languages, { 'A node is full': tookWhatIsOld })
  pageOf('docs/repository-management.md', shell, languages, {
    'Track an image': showsTheNewVersion,
    'Rolling update': wentForthAndBack,
    'Blue-green': parts.isEmbedded ? runsGreenAlone : switchedTheService,
  })
}

type Result = (shell: Shell) => Promise<void>

function pageOf(path: string, shell: Shell, languages: readonly string[], results: Readonly<Record<string, Result>>) {
  const sections = pageSections(path).filter(({ blocks }) => blocks.some(({ language }) => language === 'sh'))

  describe(`the commands of ${path}`, () => {
    it('are found, and so is every section of which more is known', () => {
      expect(sections.length).toBeGreaterThan(4)
      expect(sections.map(({ title }) => title)).toEqual(expect.arrayContaining(Object.keys(results)))
    })

    it.each(sections)('$title', async ({ title, blocks }: PageSection) => {
      for (const block of blocks.filter(({ language }) => languages.includes(language))) await runBlock(shell, block)

      await results[title]?.(shell)
    })
  })
}

/** A script runs to its first failure; what a console shows is run line by line, and prints what the page shows. */
async function runBlock(shell: Shell, { language, text }: CodeBlock): Promise<void> {
  const script = language === 'console' ? text.replaceAll(/^(?!\$ ).*\n/gm, '').replaceAll(/^\$ /gm, '') : text
  const { stdout, stderr, exitCode } = await shell.run(`set -e\n${script}`)
  expect(exitCode, `${script}${stderr}`).toBe(0)
  if (language === 'console') expect(stdout).toBe(text.replaceAll(/^\$ .*\n/gm, ''))
}

async function tookWhatIsOld({ scene }: Shell): Promise<void> {
  const names = await namesOf(scene, 'Repository')

  expect(names.filter(name => name.startsWith('tracks-'))).toEqual(['tracks-v1-gold'])
  expect(names).toContain('nginx')
}

async function showsTheNewVersion({ scene }: Shell): Promise<void> {
  const { status } = await read(scene, 'Repository', 'myapp-v1.0.4')

  expect(status).toMatchObject({ syncStatus: 'Success', digest: expect.stringMatching(/^sha256:/) })
}

const myapp = (version: string): string => `harbor.example.com/myapp/myapp:${version}`

interface Deployed {
  readonly name: string
  readonly image: string
  readonly replicas: number
}

interface Templated extends KubernetesObject {
  readonly spec: {
    readonly replicas: number
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } }
  }
}

/** The Deployments or ReplicaSets of the namespace. */
async function deployedBy({ scene }: Shell, kind: string): Promise<Deployed[]> {
  const { items } = await scene.world.client.list('apps/v1', kind, scene.namespace)
  return (items as Templated[]).map(({ metadata, spec: { replicas, template } }) => ({
    name: metadata?.name ?? '',
    image: template.spec.containers[0]?.image ?? '',
    replicas,
  }))
}

async function wentForthAndBack(shell: Shell): Promise<void> {
  expect(await deployedBy(shell, 'Deployment')).toEqual([
    { name: 'myapp-deployment', image: myapp('v1.0.3'), replicas: 3 },
  ])
  expect(await deployedBy(shell, 'ReplicaSet')).toContainEqual(
    expect.objectContaining({ image: myapp('v1.0.4'), replicas: 0 }),
  )
  expect(await namesOf(shell.scene, 'Repository')).not.toContain('myapp-v1.0.0')
  expect(await answersFor(shell.scene, 'v1.0.0')).toEqual({ 'v1.0.0': 200 })
}

async function runsGreenAlone(shell: Shell): Promise<void> {
  expect(await deployedBy(shell, 'Deployment')).toEqual([{ name: 'myapp-green', image: myapp('v1.0.4'), replicas: 3 }])
  await statusOf(shell.scene, 'myapp-v1.0.4', 'that it runs', status => status.role === 'Current')
  await statusOf(shell.scene, 'myapp-v1.0.3', 'that nothing uses it', status => {
    return conditionOf(status, 'InUse')?.reason === 'NotReferenced'
  })
}

async function switchedTheService(shell: Shell): Promise<void> {
  const metadata = { namespace: 'production', name: 'myapp' }
  const { spec } = (await shell.scene.world.client.read({ ...blueService, metadata })) as typeof blueService

  expect(spec.selector).toEqual({ app: 'myapp-green' })
  await runsGreenAlone(shell)
}

const blueService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'production', name: 'myapp' },
  spec: { selector: { app: 'myapp' }, ports: [{ port: 80 }] },
}
