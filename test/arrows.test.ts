import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { functions } from '../shared/wiring.ts'
import { circlesOf } from './support/circles.ts'
import { type Import, importsOf, rootPath, sourcesOf } from './support/imports.ts'

const shown = (imports: readonly Import[]): string[] => imports.map(({ from, to }) => `${from} -> ${to}`)

describe('imports', () => {
  it('finds some at all', () => {
    expect(importsOf('shared').length).toBeGreaterThan(100)
  })

  it('go in no circle, not even for types, in the tests neither', () => {
    const all = ['shared', 'functions', 'cli', 'infra', 'test'].flatMap(importsOf)

    expect(circlesOf(all)).toEqual([])
  })

  it('that go in a circle are found', () => {
    const between = (from: string, to: string): Import => ({ from, to })
    const imports = [between('a', 'b'), between('b', 'c'), between('c', 'b'), between('c', 'd'), between('e', 'a')]

    expect(circlesOf(imports)).toEqual([['b', 'c']])
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
    const isShared = /^functions\/(compose|runtime)\//
    const wrong = importsOf('functions').filter(({ from, to }) => {
      const [, own] = from.split('/')
      return (
        /^(cli|infra|test)\//.test(to) ||
        (to.startsWith('functions/') && !isShared.test(to) && !to.startsWith(`functions/${own}/`))
      )
    })

    expect(shown(wrong)).toEqual([])
  })

  it('nothing shared imports a function, the command line or the infrastructure', () => {
    const wrong = importsOf('shared').filter(({ to }) => /^(functions|cli|infra|test)\//.test(to))

    expect(shown(wrong)).toEqual([])
  })

  it('no adapter imports another, but for the HTTP client and the errors of AWS', () => {
    const usesHttp = ['registry', 'cluster', 'aws-workloads', 'notify']
    const adapterOf = (path: string) => /^shared\/adapters\/([^/]+)\//.exec(path)?.[1]

    const wrong = importsOf('shared/adapters')
      .filter(({ from, to }) => adapterOf(to) !== undefined && adapterOf(to) !== adapterOf(from))
      .filter(({ from, to }) => !(usesHttp.includes(adapterOf(from) ?? '') && adapterOf(to) === 'http'))

    expect(shown(wrong)).toEqual([])
  })

  it('the infrastructure knows the wiring, the settings, what grants say, what is known of AWS, the table, the errors and how they are worded, what bundles are called and leave out, and no adapter', () => {
    const words = ['shared/errors.ts', 'shared/domain/issue-text.ts']
    const ofBundles = ['shared/bundle-names.ts', 'shared/kubernetes-stand-ins.ts']
    const granted = [
      'shared/domain/grants/grant.ts',
      'shared/settings/grant-checks.ts',
      'shared/settings/secret-checks.ts',
    ]
    const ofAws = ['shared/domain/ecr-host.ts', 'shared/domain/aws-services.ts']
    const known = [
      'shared/wiring.ts',
      'shared/installation-names.ts',
      'shared/settings.ts',
      'shared/adapters/store/table.ts',
      ...granted,
      ...ofAws,
      ...words,
      ...ofBundles,
    ]

    const wrong = importsOf('infra').filter(
      ({ from, to }) =>
        !from.startsWith('infra/packaging/') && /^(shared|functions|cli|test)\//.test(to) && !known.includes(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('nothing but tests imports what builds packages and images', () => {
    const wrong = ['shared', 'functions', 'cli', 'infra']
      .flatMap(importsOf)
      .filter(({ from, to }) => to.startsWith('infra/packaging/') && !from.startsWith('infra/packaging/'))

    expect(shown(wrong)).toEqual([])
  })

  it('of the functions only the handler of sweep-execute names the writers', () => {
    const naming = [...importsOf('functions'), ...importsOf('shared')].filter(
      ({ from, to }) => to === 'shared/adapters/registry/writers.ts' && from !== to,
    )

    expect(shown(naming)).toEqual(['functions/sweep-execute/handler.ts -> shared/adapters/registry/writers.ts'])
  })

  it('what the functions share imports none of them', () => {
    const wrong = importsOf('functions').filter(
      ({ from, to }) => /^functions\/(compose|runtime)\//.test(from) && /^functions\/(?!(compose|runtime)\/)/.test(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('no command imports another, but for explain and images, which tell what plan plans, console, which shows what all tell, and start, which serves it; what several share is in io and connect', () => {
    const isShared = /^cli\/(io|connect|embedded)\//
    const mayShow = (importing: string, imported: string): boolean =>
      importing === 'console' ||
      (importing === 'start' && imported === 'console') ||
      (['explain', 'images'].includes(importing) && imported === 'plan')
    const commandOf = (path: string) => (isShared.test(path) ? undefined : /^cli\/([^/]+)\//.exec(path)?.[1])

    const wrong = importsOf('cli').filter(({ from, to }) => {
      const [importing, imported] = [commandOf(from), commandOf(to)]
      const isOther = importing !== undefined && imported !== undefined && importing !== imported
      return isOther && !mayShow(importing, imported)
    })
    const upwards = importsOf('cli').filter(({ from, to }) => isShared.test(from) && commandOf(to) !== undefined)

    expect(shown(wrong)).toEqual([])
    expect(shown(upwards)).toEqual([])
  })

  it('handlers build no client: the one composition of adapters does', () => {
    const wrong = importsOf('functions').filter(
      ({ from, to }) =>
        from.endsWith('/handler.ts') &&
        /^@aws-sdk|^shared\/adapters\//.test(to) &&
        !/\/registry\/(writers|manifest)\.ts$/.test(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('handlers compose and decide nothing', () => {
    const handlers = Object.keys(functions).map(name => readFileSync(rootPath(`functions/${name}/handler.ts`), 'utf8'))

    expect(handlers.filter(text => /\b(if|switch|for|while|try) ?[({]/.test(text))).toEqual([])
    expect(handlers.map(text => text.replace(/^import[^']*'.*'\n/gm, '').split('\n').length < 40)).not.toContain(false)
  })

  it('use cases name no concrete adapter: only the composition of the functions and the command do', () => {
    const concrete = /^(@aws-sdk|@kubernetes)|^shared\/adapters\//

    const wrong = [...importsOf('shared'), ...importsOf('functions')].filter(
      ({ from, to }) =>
        !/^shared\/adapters\/|^functions\/(compose\/[a-z-]+|runtime\/queue-messages|sweep-execute\/handler)\.ts$/.test(
          from,
        ) && concrete.test(to),
    )

    expect(shown(wrong)).toEqual([])
  })

  it('the readers of objects import nothing but the domain, the ports and the errors', () => {
    const pure = /^shared\/(objects|domain|ports)\/|^shared\/errors\.ts$|^(zod|node:util)$/

    const wrong = importsOf('shared/objects').filter(({ to }) => !pure.test(to))

    expect(shown(wrong)).toEqual([])
  })
})

describe('records of images', () => {
  const sources = ['shared', 'functions', 'cli'].flatMap(sourcesOf)
  const naming = (pattern: RegExp): string[] => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

  it('are saved in one place, which takes nothing but a transition', () => {
    const places = naming(/\bsaveImage\b/).filter(path => !path.startsWith('shared/adapters/store/'))

    expect(places).toEqual(['shared/ports/store.ts', 'shared/records/save-image.ts'])
  })

  it('change by the transitions of the life cycle alone', () => {
    expect(naming(/new Transition\(/)).toEqual(['shared/domain/lifecycle/transitions.ts'])
    expect(naming(/\bstage: *'/).filter(path => !path.startsWith('shared/domain/lifecycle/'))).toEqual([])
  })
})
