import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundleOf } from '../../infra/bundle.ts'
import { functions } from '../../shared/wiring.ts'
import { type BundleParts, bundlePartsOf, inputsOf, sizeOf } from '../support/bundle-parts.ts'

describe('bundles', () => {
  const bundles = new Map<string, BundleParts>()
  beforeAll(async () => {
    const names = Object.keys(functions)
    const built = await Promise.all(names.map(name => build({ ...bundleOf(name, name), metafile: true, write: false })))
    for (const [at, name] of names.entries())
      bundles.set(name, bundlePartsOf(built[at]?.metafile ?? { inputs: {}, outputs: {} }))
  })

  const withInput = (pattern: RegExp): string[] =>
    [...bundles]
      .filter(([, { started, late }]) => inputsOf([...started, ...late]).some(input => pattern.test(input)))
      .map(([name]) => name)

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

  it('none holds the HTTP client and the generated API that come with the reader of kubeconfigs', () => {
    expect(withInput(/@kubernetes\/client-node\/dist\/config\.js$/)).toContain('reconcile')
    expect(withInput(/node_modules\/undici\/|client-node\/dist\/(gen\/(apis|models)\/|index\.js)/)).toEqual([])
  })

  it('those of inventory and sweep-execute alone hold the clients of Lambda and ECS', () => {
    expect(withInput(/@aws-sdk\/client-(lambda|ecs)\//).sort()).toEqual(['inventory', 'sweep-execute'])
  })

  it('none reads a client of AWS as it starts but those that every installation uses', () => {
    const used = ['dynamodb', 'eventbridge', 's3', 'secrets-manager', 'sqs', 'ssm']
    const clients = ({ started }: BundleParts) =>
      inputsOf(started).flatMap(input => /@aws-sdk\/client-([^/]+)/.exec(input)?.[1] ?? [])

    const read = new Set([...bundles.values()].flatMap(clients))

    expect([...read].sort()).toEqual(used)
  })

  it('none brings files that nothing of it reads, as a late import in a file that is tree-shaken leaves them', () => {
    // The SDK's own, of a file for browsers.
    const unused = [...bundles.values()].flatMap(one => one.unused).filter(path => !path.includes('/bowser-'))

    expect(unused).toEqual([])
  })

  it('that of webhook stays small enough to start fast', () => {
    expect(sizeOf(bundles.get('webhook')?.started ?? [])).toBeLessThan(600_000)
  })
})
