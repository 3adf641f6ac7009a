import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { functions } from '../shared/wiring.ts'
import { type Import, importsOf, rootPath } from './support/imports.ts'

const shown = (imports: readonly Import[]): string[] => imports.map(({ from, to }) => `${from} -> ${to}`)

describe('imports', () => {
  it('finds some at all', () => {
    expect(importsOf('shared').length).toBeGreaterThan(100)
  })

  it('the domain imports nothing but itself, the error families and pure libraries', () => {
    const pure = ['semver', 'croner', 're2js', 'zod', 'node:crypto']

    const wrong = importsOf('shared/domain').filter(
      ({ to }) => !to.startsWith('shared/domain/') && to !== 'shared/errors.ts' && !pure.includes(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('the ports import nothing but the domain', () => {
    const wrong = importsOf('shared/ports').filter(
      ({ to }) => !to.startsWith('shared/domain/') && !to.startsWith('shared/ports/'),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('no function imports another, nor anything of cli, infra or test', () => {
    const wrong = importsOf('functions').filter(({ from, to }) => {
      const [, own] = from.split('/')
      return /^(cli|infra|test)\//.test(to) || (to.startsWith('functions/') && !to.startsWith(`functions/${own}/`))
    })

    expect(shown(wrong)).toEqual([])
  })

  it('nothing shared imports a function, the command line or the infrastructure', () => {
    const wrong = importsOf('shared').filter(({ to }) => /^(functions|cli|infra|test)\//.test(to))

    expect(shown(wrong)).toEqual([])
  })

  it('no adapter imports another, but for the HTTP client and the errors of AWS', () => {
    const usesHttp = ['registry', 'aws-workloads']
    const adapterOf = (path: string) => /^shared\/adapters\/([^/]+)\//.exec(path)?.[1]

    const wrong = importsOf('shared/adapters')
      .filter(({ from, to }) => adapterOf(to) !== undefined && adapterOf(to) !== adapterOf(from))
      .filter(({ from, to }) => !(usesHttp.includes(adapterOf(from) ?? '') && adapterOf(to) === 'http'))

    expect(shown(wrong)).toEqual([])
  })

  it('the infrastructure knows the wiring, the settings, the table and the errors, and no adapter', () => {
    const known = ['shared/wiring.ts', 'shared/settings.ts', 'shared/adapters/store/table.ts', 'shared/errors.ts']

    const wrong = importsOf('infra').filter(
      ({ to }) => /^(shared|functions|cli|test)\//.test(to) && !known.includes(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('of the functions only the handler of sweep-execute names the writers', () => {
    const naming = [...importsOf('functions'), ...importsOf('shared')].filter(
      ({ from, to }) => to === 'shared/adapters/registry/writers.ts' && from !== to,
    )

    expect(shown(naming)).toEqual(['functions/sweep-execute/handler.ts -> shared/adapters/registry/writers.ts'])
  })

  it('use cases name no concrete adapter: only handlers and the command do', () => {
    const concrete = /^(@aws-sdk|@kubernetes)|^shared\/adapters\//

    const wrong = [...importsOf('shared'), ...importsOf('functions')].filter(
      ({ from, to }) =>
        !/^shared\/(adapters|lambda)\//.test(from) && !from.endsWith('/handler.ts') && concrete.test(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('the readers of objects import nothing but the domain, the ports and the errors', () => {
    const pure = /^shared\/(objects|domain|ports)\/|^shared\/errors\.ts$|^(zod|node:util)$/

    const wrong = importsOf('shared/objects').filter(({ to }) => !pure.test(to))

    expect(shown(wrong)).toEqual([])
  })
})

describe('bundles', () => {
  const bundles = new Map<string, { sizeBytes: number; inputs: readonly string[] }>()
  beforeAll(async () => {
    const names = Object.keys(functions)
    const entryPoints = Object.fromEntries(names.map(name => [name, rootPath(`functions/${name}/handler.ts`)]))
    // As the CDK app bundles them.
    const shape = { bundle: true, minify: true, keepNames: true, mainFields: ['module', 'main'] }
    const target = { platform: 'node', format: 'esm', target: 'node24' } as const
    const built = await build({ ...shape, ...target, entryPoints, outdir: 'bundles', metafile: true, write: false })
    for (const [path, output] of Object.entries(built.metafile.outputs))
      bundles.set(path.replace(/^.*\/|\.js$/g, ''), { sizeBytes: output.bytes, inputs: Object.keys(output.inputs) })
  })

  const withInput = (pattern: RegExp): string[] =>
    [...bundles].filter(([, { inputs }]) => inputs.some(input => pattern.test(input))).map(([name]) => name)

  it('there is one for each function', () => {
    expect([...bundles.keys()].sort()).toEqual(Object.keys(functions).sort())
  })

  it('only that of sweep-execute holds code that can delete', () => {
    expect(
      withInput(
        /adapters\/registry\/(oci\/oci-writer|ecr\/ecr-writer|writers|deletion\/tag-deletion|oci\/manifest-writes)\.ts$/,
      ),
    ).toEqual(['sweep-execute'])
  })

  it('those of webhook and sync hold no Kubernetes client', () => {
    const holding = withInput(/@kubernetes\/client-node/)

    expect(holding).not.toContain('webhook')
    expect(holding).not.toContain('sync')
  })

  it('those of inventory and sweep-execute alone hold the clients of Lambda and ECS', () => {
    expect(withInput(/@aws-sdk\/client-(lambda|ecs)\//).sort()).toEqual(['inventory', 'sweep-execute'])
  })

  it('that of webhook stays small enough to start fast', () => {
    expect(bundles.get('webhook')?.sizeBytes).toBeLessThan(700_000)
  })
})
