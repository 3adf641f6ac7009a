import type { Image } from '../../../../shared/domain/image.ts'
import { atOnce, type Case, checkCases, digestNamed, inOrder, newest, tagCase } from './case.ts'
import { daysAgo, imageOf, usageOf } from './retention-world.ts'

const oneKept = (name: string, images: readonly Image[], kept: string): Case => tagCase(name, images, newest(1), kept)

/** What is newer was pushed first, so that an order by push would keep another one. */
const order: readonly Case[] = [
  oneKept('13: number by number, not letter by letter', inOrder('1.10.0 1.9.9 1.2.30'), '1.10.0'),
  oneKept('13: the fourth number too', inOrder('1.0.0.2 1.0.0.1'), '1.0.0.2'),
  tagCase(
    '13: hashes below numbers below words',
    inOrder('1.0.0-rc 1.0.0-5 1.0.0-3f9c2ab'),
    newest(2),
    '1.0.0-rc 1.0.0-5',
  ),
  oneKept('13: words by letter', inOrder('1.0.0-rc.1 1.0.0-beta.9 1.0.0-alpha.5'), '1.0.0-rc.1'),
  oneKept('13: numbers by value', inOrder('1.0.0-rc.10 1.0.0-rc.9'), '1.0.0-rc.10'),
  oneKept('13: a word with digits is two', inOrder('1.0.0-rc10 1.0.0-rc.9'), '1.0.0-rc10'),
  oneKept('13: the shorter list is lower', inOrder('1.0.0-rc.1.1 1.0.0-rc.1'), '1.0.0-rc.1.1'),
  oneKept('13: rc is below rc1', inOrder('1.0.0-rc1 1.0.0-rc'), '1.0.0-rc1'),
  oneKept('13: a is alpha and b is beta', atOnce('1.0.0-b.1 1.0.0-beta1 1.0.0b1'), '1.0.0-b.1 1.0.0-beta1 1.0.0b1'),
  oneKept(
    '13: so that a is below beta and above nothing',
    inOrder('1.0.0-beta.1 1.0.0-a.2 1.0.0-alpha.1'),
    '1.0.0-beta.1',
  ),
  oneKept('13: a without digits is alpha too', atOnce('1.0.0-a 1.0.0-alpha'), '1.0.0-a 1.0.0-alpha'),
  oneKept(
    '13: hashes are equal, and what follows decides',
    inOrder('1.0.0-3f9c2ab-2 1.0.0-77d01e2-1'),
    '1.0.0-3f9c2ab-2',
  ),
  oneKept('13: else the later push', inOrder('1.0.0-77d01e2 1.0.0-3f9c2ab'), '1.0.0-3f9c2ab'),
  oneKept(
    '13: the higher .post before the higher revision',
    inOrder('1.0.0.post2-r1 1.0.0.post1-r2'),
    '1.0.0.post2-r1',
  ),
  oneKept('13: equal versions by push', inOrder('1.11.0 1.11'), '1.11'),
  oneKept('13: the version before the push', inOrder('1.11.1 1.11'), '1.11.1'),
  oneKept('13: other tags by push', inOrder('20260103 20260101 20260102'), '20260102'),
]

/** All of one push time, as a first sync leaves them. */
const ties: readonly Case[] = [
  oneKept('13: the later created where all else is equal', atOnce('1.11@2026-01-02 1.11.0@2026-01-01'), '1.11'),
  oneKept('13: of other tags as well', atOnce('x-1@2026-01-02 x-2@2026-01-01'), 'x-1'),
  oneKept('13: of hashes as well', atOnce('1.0.0-3f9c2ab@2026-01-02 1.0.0-77d01e2@2026-01-01'), '1.0.0-3f9c2ab'),
  oneKept('13: never above the push', inOrder('x-1@2026-01-02 x-2@2026-01-01'), 'x-2'),
  oneKept('13: never above the version', atOnce('1.0.0@2026-01-02 1.0.1@2026-01-01'), '1.0.1'),
  oneKept('13: one without created comes first', atOnce('x-1@2026-01-02 x-2'), 'x-2'),
  oneKept(
    '13: all without a usable one are equal',
    atOnce('x-1@2026-01-02 x-2 x-3@1970-01-01 x-4@9999-01-01'),
    'x-2 x-3 x-4',
  ),
  oneKept('13: the day before 2013-03-20 is not usable', atOnce('x-1@2013-03-19 x-2@2026-01-01'), 'x-1'),
  oneKept('13: 2013-03-20 is', atOnce('x-1@2013-03-20 x-2@2026-01-01'), 'x-2'),
  oneKept('13: this very moment is', atOnce('x-1@2026-11-23 x-2'), 'x-2'),
  oneKept('13: tomorrow is not', atOnce('x-1@2026-11-24 x-2@2026-11-22'), 'x-1'),
  oneKept('13: equal created times are not ordered', atOnce('x-1@2026-01-02 x-2@2026-01-02 x-3@2026-01-01'), 'x-1 x-2'),
  oneKept('13, 15: nothing known, nothing lost', atOnce('x-1 x-2 x-3 x-4'), 'x-1 x-2 x-3 x-4'),
  oneKept('13: versions are ordered all the same', atOnce('1.0.0 1.0.1 1.0.2'), '1.0.2'),
  {
    name: '13: an unknown push time ranks last',
    images: [imageOf('1.0.0', { digest: digestNamed('u'), pushedAt: new Date(0) }), imageOf('1.0')],
    policy: newest(1),
    kept: '1.0.0 1.0',
    rules: { '1.0.0': 'unknown', '1.0': 'keepRecent' },
  },
  {
    name: '13: also behind one that was pushed long before',
    images: [
      imageOf('x-1', { digest: digestNamed('u'), pushedAt: new Date(0) }),
      imageOf('x-2'),
      imageOf('x-3', { pushedAt: daysAgo(900) }),
    ],
    policy: newest(2),
    kept: 'x-1 x-2 x-3',
    rules: { 'x-3': 'keepRecent' },
  },
]

const recent: readonly Case[] = [
  tagCase('15: two tags on one digest count once', inOrder('v1,v2 v3 v4 v5'), newest(3), 'v3 v4 v5'),
  tagCase('15: at the higher version', inOrder('1.0.0,3.0.0 2.0.0 1.5.0'), newest(2), '1.0.0 3.0.0 2.0.0'),
  {
    name: '15: protected images count too',
    images: inOrder('1.0.0 2.0.0 3.0.0'),
    policy: newest(1),
    input: { usage: usageOf('registry.example.com/app:3.0.0') },
    kept: '3.0.0',
    rules: { '3.0.0': 'in-use' },
  },
  tagCase('15: all that tie with the N-th stay', atOnce('x-1 x-2 x-3'), newest(2), 'x-1 x-2 x-3'),
  tagCase(
    '15: those behind the tie go',
    [...atOnce('x-2 x-3'), imageOf('x-1', { pushedAt: daysAgo(200) })],
    newest(1),
    'x-2 x-3',
  ),
  tagCase(
    '15: a tie that begins behind the N-th goes',
    [...atOnce('x-2 x-3'), imageOf('x-4', { pushedAt: daysAgo(9) })],
    newest(1),
    'x-4',
  ),
  tagCase(
    '15: a tie takes all of its places',
    [...atOnce('x-2 x-3'), imageOf('x-1', { pushedAt: daysAgo(200) })],
    newest(2),
    'x-2 x-3',
  ),
  tagCase('15: N = 0 keeps nothing', inOrder('1.0.0 latest x-1'), newest(0), ''),
  tagCase(
    '15: one digest in two counts stays by either',
    inOrder('1.0.0,1.0.0-x 2.0.0'),
    newest(1),
    '1.0.0 1.0.0-x 2.0.0',
  ),
]

const floats: readonly Case[] = [
  tagCase('17: by keepRecent above 0', inOrder('1.0.0,latest 2.0.0'), newest(1), '1.0.0 latest 2.0.0'),
  tagCase('17: by semver', inOrder('latest 1.0.0'), { semver: { patches: 1 } }, 'latest 1.0.0'),
  tagCase('17: not by keepRecent 0', inOrder('latest'), newest(0), ''),
  tagCase('17: by semver beside keepRecent 0', inOrder('latest'), { keepRecent: 0, semver: {} }, 'latest'),
  tagCase('17: time rules alone let time decide', inOrder('latest 1.0.0'), { keepDays: 7, unusedDays: 7 }, ''),
  tagCase('17: it is never counted', inOrder('docs latest'), newest(1), 'docs latest'),
]

checkCases('order', order)
checkCases('ties', ties)
checkCases('keepRecent', recent)
checkCases('floating', floats)
