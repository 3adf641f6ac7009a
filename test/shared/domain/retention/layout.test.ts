import { describe, expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { layoutOf } from '../../../../shared/domain/retention/explain/layout.ts'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import { daysAgo, digestOf, imageOf, indexType, nothingRuns, now, policyOf, usageOf } from './retention-world.ts'

/** Each section as its title, the tags above the cut, and those below. */
const shown = (images: readonly Image[], rules: Partial<RetentionPolicy>, usage = nothingRuns) => {
  const judgement = judge({ images, policies: [policyOf(rules)], usage, now })
  const { sections, forest } = layoutOf(judgement.repositoryNamed('registry.example.com/app'))
  const nameOf = (place: number): string => images[place]?.tags[0] ?? images[place]?.digest ?? ''
  const tree = (place: number) => [
    nameOf(place),
    ...[...forest.partsOf(place)].map(part => `${'>'.repeat(part.isLast.length)} ${nameOf(part.place)}`),
  ]
  return sections.map(({ title, cut, kept, rest }) => ({
    title,
    cut,
    kept: kept.flatMap(tree),
    rest: rest.flatMap(tree),
  }))
}

describe('the layout of a judged repository', () => {
  it('orders versions by what they say and cuts below those that the count keeps', () => {
    const images = ['v1.9.0', 'v1.10.0', 'v1.2.0', 'v2.0.0-rc.1'].map(tag => imageOf(tag))

    expect(shown(images, { keepRecent: 1 }, usageOf('registry.example.com/app:v1.2.0'))).toEqual([
      { title: 'releases', cut: 'keepRecent 1', kept: ['v1.10.0'], rest: ['v1.9.0', 'v1.2.0'] },
      { title: 'pre-releases', cut: 'keepRecent 1', kept: ['v2.0.0-rc.1'], rest: [] },
    ])
  })

  it('cuts through semver windows too: what they keep stands above, whatever lies between', () => {
    const images = ['v1.0.0', 'v1.0.1', 'v1.1.0', 'v1.1.1'].map(tag => imageOf(tag))

    expect(shown(images, { semver: { minorVersions: 2, patches: 1 } })).toMatchObject([
      { cut: 'semver', kept: ['v1.1.1', 'v1.0.1'], rest: ['v1.1.0', 'v1.0.0'] },
    ])
  })

  it('has no cut where nothing is counted', () => {
    const images = [imageOf('v1', { pushedAt: daysAgo(40) }), imageOf('v2', { pushedAt: daysAgo(30) })]

    expect(shown(images, { keepDays: 35 })).toMatchObject([{ title: 'releases', cut: undefined, rest: ['v2', 'v1'] }])
  })

  it('keeps groups apart', () => {
    const images = ['api-1.0', 'api-2.0', 'web-1.0'].map(tag => imageOf(tag))

    expect(shown(images, { keepRecent: 1, groupBy: '^(api|web)-' })).toMatchObject([
      { title: 'releases of group api', kept: ['api-2.0'], rest: ['api-1.0'] },
      { title: 'releases of group web', kept: ['web-1.0'], rest: [] },
    ])
  })

  it('hangs platforms below their index and referrers below their subject, through any depth', () => {
    const index = imageOf('v1', { mediaType: indexType, children: [digestOf('amd64')] })
    const amd64 = imageOf('', { digest: digestOf('amd64') })
    const sbom = imageOf('', { digest: digestOf('sbom'), subject: digestOf('amd64') })
    const signature = imageOf(`sha256-${digestOf('v1').slice(7)}.sig`, { digest: digestOf('signature') })

    const [section] = shown([signature, sbom, amd64, index], { keepRecent: 1 })

    expect(section?.kept).toEqual(['v1', `> ${digestOf('amd64')}`, `>> ${digestOf('sbom')}`, `> ${signature.tags[0]}`])
  })

  it('hangs what two versions share below the one that is kept', () => {
    const shared = imageOf('', { digest: digestOf('shared') })
    const [old, young] = ['v1', 'v2'].map(tag => imageOf(tag, { mediaType: indexType, children: [shared.digest] }))

    const [section] = shown([old as Image, young as Image, shared], { keepRecent: 1 })

    expect(section).toMatchObject({ kept: ['v2', `> ${shared.digest}`], rest: ['v1'] })
  })

  it('shows what a circle of forged data hides', () => {
    const [a, b] = ['a', 'b'].map((name, at) =>
      imageOf('', { digest: digestOf(name), mediaType: indexType, children: [digestOf(at === 0 ? 'b' : 'a')] }),
    )

    const all = shown([a as Image, b as Image], { keepRecent: 1 }).flatMap(({ rest }) => rest)

    expect(all.toSorted()).toEqual([digestOf('a'), digestOf('b')])
  })
})
