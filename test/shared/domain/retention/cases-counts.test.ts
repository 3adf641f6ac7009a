import type { Image } from '../../../../shared/domain/image.ts'
import type { SemverRule } from '../../../../shared/domain/retention/versions/count-rules.ts'
import { atOnce, type Case, checkCases, inOrder, newest, tagCase } from './case.ts'

const oneKept = (name: string, images: readonly Image[], kept: string): Case => tagCase(name, images, newest(1), kept)

const grouped = (name: string, groupBy: string, tags: string, kept: string): Case =>
  tagCase(name, inOrder(tags), { keepRecent: 1, groupBy }, kept)

const groups: readonly Case[] = [
  grouped('14: the first capture is the group', '^([a-z]+)-', 'api-1.0.0 web-2.0.0 web-1.0.0', 'api-1.0.0 web-2.0.0'),
  grouped(
    '14: the whole match without a capture',
    '^(?:api|web)-',
    'api-1.0.0 web-2.0.0 web-1.0.0',
    'api-1.0.0 web-2.0.0',
  ),
  grouped(
    '14: the first of two',
    '^([a-z])[a-z]*-([a-z]+)-',
    'api-eu-2.0.0 app-us-1.0.0 web-eu-1.0.0',
    'api-eu-2.0.0 web-eu-1.0.0',
  ),
  grouped('14: empty where the capture takes no part', '^(?:(api)-|v)', 'v2.0.0 v1.0.0 api-1.0.0', 'v2.0.0 api-1.0.0'),
  grouped('14: which is not the group of those without a match', '^(?:(api)-|v)', 'v2.0.0 1.0.0 0.9.0', 'v2.0.0 1.0.0'),
  grouped('14: an empty match is a match', '^(api-)?', 'api-1.0.0 2.0.0 1.0.0', 'api-1.0.0 2.0.0'),
  grouped('14: found anywhere, and only what follows is ordered', 'api', '9.0.0-api 1.0.0-api', '1.0.0-api'),
  grouped('14: what follows may be a version', '-api-', 'x9-api-1.0.0 x8-api-1.1.0', 'x8-api-1.1.0'),
  grouped('14: upper and lower case are two groups', '^([A-Za-z]+)-', 'API-2.0.0 api-1.0.0', 'API-2.0.0 api-1.0.0'),
  grouped('14: floating is told by the whole tag', '^api-', 'latest api-latest api-other', 'latest api-other'),
  grouped('14: also where the pattern takes it apart', '^(late)', 'latest late1.0.0', 'latest late1.0.0'),
  grouped(
    '14: variant and class are apart in a group',
    '^([a-z]+)-',
    'a-1.0.0 a-1.0.0-rc.1 a-1.0.0-x',
    'a-1.0.0 a-1.0.0-rc.1 a-1.0.0-x',
  ),
  grouped('14: stems are those of what follows', '^([a-z]+)/?-', 'a-pr-1 a-pr-2 b-pr-1 a-docs', 'a-pr-2 b-pr-1 a-docs'),
]

const stems: readonly Case[] = [
  oneKept(
    '14: the text before the first hash',
    inOrder('main-3f9c2ab main-77d01e2 dev-3f9c2ab'),
    'main-77d01e2 dev-3f9c2ab',
  ),
  oneKept('14: the text before the first digit', inOrder('pr-17 pr-18 build-9'), 'pr-18 build-9'),
  oneKept('14: also inside of a token', inOrder('feature2-x feature3-y fix1'), 'feature3-y fix1'),
  oneKept('14: nothing for a bare date or hash', inOrder('20260101 3f9c2ab deadbe1 20260102'), '20260102'),
  oneKept('14: which is not the count of mere names', inOrder('docs 20260102'), 'docs 20260102'),
  oneKept('14: mere names are one count', inOrder('feature-x docs other deadbeef'), 'deadbeef'),
  oneKept('14: in lower case', inOrder('PR-1 pr-2 Pr-3'), 'Pr-3'),
  oneKept('14: a hash begins with a letter, too', inOrder('main-abc1234 main-def5678'), 'main-def5678'),
  oneKept('14: with g as well', inOrder('main-gabc1234 main-def5678'), 'main-def5678'),
  oneKept(
    '14: letters before a digit that are no hash belong to the stem',
    inOrder('x-abz1234 x-dez5678'),
    'x-abz1234 x-dez5678',
  ),
  oneKept(
    '14: a token ends at a dot and at _',
    inOrder('main.abc1234 main.def5678 main_abc1234'),
    'main.def5678 main_abc1234',
  ),
  oneKept(
    '14: a hash behind a word, and a digit before',
    inOrder('a-b-abc1234 a-b-c1-abc1234'),
    'a-b-abc1234 a-b-c1-abc1234',
  ),
  oneKept(
    '14: minio',
    inOrder('RELEASE.2024-01-08T00-00-00Z RELEASE.2025-01-08T00-00-00Z'),
    'RELEASE.2025-01-08T00-00-00Z',
  ),
]

const classes: readonly Case[] = [
  oneKept(
    '14: releases, pre-releases and others',
    inOrder('1.0.0 2.0.0 2.0.0-rc.1 3.0.0-rc.1 x-1 x-2'),
    '2.0.0 3.0.0-rc.1 x-2',
  ),
  oneKept(
    '14: variants',
    inOrder('2.0.0-a1 1.0.0-slim 2.0.0-slim 1.0.0-bookworm'),
    '2.0.0-a1 2.0.0-slim 1.0.0-bookworm',
  ),
  oneKept(
    '14: pre-releases of variants',
    inOrder('2.0.0-rc.1-slim 1.0.0-rc.1 1.0.0-slim'),
    '2.0.0-rc.1-slim 1.0.0-rc.1 1.0.0-slim',
  ),
]

const window = (name: string, images: readonly Image[], semver: SemverRule, kept: string): Case =>
  tagCase(name, images, { semver }, kept)

const semver: readonly Case[] = [
  window(
    '16: majors, minors in each, patches in each',
    inOrder('1.0.0 1.0.1 1.1.0 2.0.0 2.0.1 3.0.0'),
    { majorVersions: 2, minorVersions: 1, patches: 1 },
    '2.0.1 3.0.0',
  ),
  window(
    '16: minors and patches are unlimited',
    inOrder('1.0.0 2.0.0 2.1.0 2.1.1'),
    { majorVersions: 1 },
    '2.0.0 2.1.0 2.1.1',
  ),
  window(
    '16: minors of each major',
    inOrder('1.0.0 1.1.0 2.0.0 2.3.0 2.3.1'),
    { minorVersions: 1 },
    '1.1.0 2.3.0 2.3.1',
  ),
  window('16: patches of each minor', inOrder('1.0.0 1.0.1 1.1.0'), { patches: 1 }, '1.0.1 1.1.0'),
  window('16: nothing given keeps every version', inOrder('1.0.0 1.0.0-rc.1 x-1'), {}, '1.0.0 1.0.0-rc.1'),
  window('16: by number, not by push', inOrder('10.0.0 9.0.0'), { majorVersions: 1 }, '10.0.0'),
  window('16: a missing major takes no place', inOrder('1.0.0 7.0.0 9.0.0'), { majorVersions: 2 }, '7.0.0 9.0.0'),
  window(
    '16: each variant for itself',
    inOrder('2.0.0 1.0.0 1.0.0-alpine'),
    { majorVersions: 1 },
    '2.0.0 1.0.0-alpine',
  ),
  window('16: a patch is the third number with the fourth', inOrder('1.0.0.2 1.0.0.1'), { patches: 1 }, '1.0.0.2'),
  window(
    '16: digests of one patch stay together',
    inOrder('1.0.0 1.0 1.0.0-r1 v1_b'),
    { patches: 1 },
    '1.0.0 1.0 1.0.0-r1 v1_b',
  ),
  window('16: and go together', inOrder('1.0.1 1.0.0 1.0 1.0.0-r1'), { patches: 1 }, '1.0.1'),
  window(
    '16: a digest counts at its best in a minor',
    inOrder('1.0.4,1.0.5 1.0.3 1.0.2'),
    { patches: 2 },
    '1.0.4 1.0.5 1.0.3',
  ),
  window(
    '16: but in every minor',
    inOrder('1.1.0,1.2.0 1.1.1 1.0.0'),
    { minorVersions: 2, patches: 1 },
    '1.1.0 1.2.0 1.1.1',
  ),
  window(
    '16: a pre-release never takes the place of a release',
    inOrder('1.0.0 2.0.0-rc.1'),
    { majorVersions: 1 },
    '1.0.0 2.0.0-rc.1',
  ),
  window(
    '16: pre-releases have a tree of their own',
    inOrder('3.0.0-rc.1 4.0.0-rc.1 2.0.0'),
    { majorVersions: 1 },
    '4.0.0-rc.1 2.0.0',
  ),
  window(
    '16: in which every digest is a patch',
    inOrder('1.0.2-rc.2 1.0.2-rc.1 1.0.1-rc.1'),
    { patches: 2 },
    '1.0.2-rc.2 1.0.2-rc.1',
  ),
  window(
    '16: and equal ones stay together',
    atOnce('1.0.0-3f9c2ab 1.0.0-77d01e2'),
    { patches: 1 },
    '1.0.0-3f9c2ab 1.0.0-77d01e2',
  ),
  window('16: others are not kept by it', inOrder('1.0.0 20260101 docs'), { majorVersions: 1 }, '1.0.0'),
  tagCase(
    '16: each group for itself',
    inOrder('a-2.0.0 b-1.0.0 b-0.1.0'),
    { semver: { majorVersions: 1 }, groupBy: '^([ab])-' },
    'a-2.0.0 b-1.0.0',
  ),
  tagCase(
    '2, 16: beside keepRecent either keeps',
    inOrder('1.0.0 1.0.1 2.0.0'),
    { keepRecent: 2, semver: { majorVersions: 1 } },
    '1.0.1 2.0.0',
  ),
]

checkCases('groups', groups)
checkCases('stems', stems)
checkCases('classes', classes)
checkCases('semver', semver)
