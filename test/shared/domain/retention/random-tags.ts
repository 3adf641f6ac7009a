import type { Digest } from '../../../../shared/domain/digest.ts'

/** A source of whole numbers from 0 up to, and without, a limit. */
export type Dice = (limit: number) => number

export const pick = <T>(dice: Dice, from: readonly T[]): T => from[dice(from.length)] as T

export const hexDigits = '0123456789abcdef'

/** What makes the tags of one repository: of any form that rules 9 to 14 tell apart, or of few, which meet in a count. */
export const randomTagMaker = (dice: Dice): Maker => {
  const anyForm: Maker = () => pick(dice, dice(2) === 0 ? plainMakers : oddMakers)(dice)
  if (dice(3) === 0) return anyForm
  const few = Array.from({ length: 1 + dice(3) }, () => pick(dice, dice(2) === 0 ? plainMakers : oddMakers))
  return () => (dice(10) === 0 ? anyForm : pick(dice, few))(dice)
}

export const attachedTag = (dice: Dice, pool: readonly Digest[]): string =>
  `${pick(dice, pool).replace(':', '-')}${pick(dice, ['.sig', '.att', '.sbom', '', '.src', '.x.y', '.', '-x', '.-'])}`

export type Maker = (dice: Dice) => string

const word = (dice: Dice, text: string): string => pick(dice, text.split(' '))
const words =
  (text: string): Maker =>
  dice =>
    word(dice, text)
const core: Maker = dice => `${dice(3)}.${dice(3)}.${dice(4)}`
const close: Maker = dice => `1.${dice(2)}.0`
const hash: Maker = dice => `${dice(10)}a${Array.from({ length: 5 + dice(3) }, () => hexDigits[dice(16)]).join('')}`
const digitHash: Maker = dice =>
  word(dice, '1234567 9876543 g1234567 g20240108 20241301 20240132 0000000 99999999 20240108123 123456789012')
const date: Maker = dice => `20${word(dice, '240108 260101 260102')}${word(dice, ' 12 1201 120159').trim()}`
const anyHash: Maker = dice => pick(dice, [hash, hash, digitHash, date, words('gabcdefa deadbee A1B2C3D')])(dice)

const preWords =
  'alpha beta rc pre preview dev snapshot nightly canary next ea milestone a b m build ci pr sha git test RC Beta'
const counters = 'r rev ls build eksbuild p patch u update hotfix k3s rke2r R LS'

/** Few and close to each other, so that they meet in one count. */
const plainMakers: readonly Maker[] = [
  core,
  core,
  dice => `v${core(dice)}`,
  dice => `${dice(3)}.${dice(3)}`,
  dice => `${dice(4)}`,
  dice => `${core(dice)}.${dice(3)}`,
  dice => `${core(dice)}-${word(dice, 'alpine slim alpine3.18 slim-bookworm Alpine')}`,
  dice => `${close(dice)}-${word(dice, 'rc beta alpha b dev RC a')}${word(dice, '. - .0')}${dice(12)}`,
  dice =>
    `${close(dice)}${word(dice, 'rc b a beta RC alpha')}${dice(12)}${word(dice, '-alpine _1 - x').replace(/^[-x]$/, '')}`,
  dice => `${close(dice)}-${dice(14)}-g${hash(dice)}`,
  dice => `${close(dice)}-${anyHash(dice)}`,
  dice => `${close(dice)}-r${dice(12)}`,
  dice => `${word(dice, 'main sha pr nightly')}-${anyHash(dice)}`,
  dice => `${word(dice, 'pr main. PR- x_')}${word(dice, '- .')}${dice(30)}`,
  dice => `${word(dice, 'api web')}-${core(dice)}`,
  dice => `${word(dice, 'api web')}-latest`,
  words('feature-x docs other Names'),
  words(
    'latest stable-1 main dev nightly latest-alpine next prod pre-prod staging qa live release Latest PROD stable-',
  ),
  anyHash,
]

const oddMakers: readonly Maker[] = [
  dice => `${word(dice, 'release- rel- version- ver- RELEASE- Ver- release-v rel-V')}${core(dice)}`,
  dice => `${close(dice)}${word(dice, '.Final .final .GA .ga .RELEASE .release .post3 .post10 .Post0 .post .finals')}`,
  dice =>
    `${close(dice)}.${word(dice, 'Alpha beta RC cr M SNAPSHOT alpha rc1')}${word(dice, 'x 1 2 10').replace('x', '')}`,
  dice => `${close(dice)}rc${dice(3)}${word(dice, '.post1 .final _b1 -alpine -4-gabc1234')}`,
  dice => `${close(dice)}-${word(dice, preWords)}${dice(2) === 0 ? '' : dice(12)}`,
  dice => `${close(dice)}-${word(dice, preWords)}.${dice(12)}_${word(dice, 'build.1 build.2 a1b2c3d x')}`,
  dice => `${close(dice)}-${dice(30)}_${hash(dice)}`,
  dice =>
    `${close(dice)}${word(dice, '_ +')}${word(dice, 'build 9 9.1 a_b')}-${word(dice, '5 jre 77d01e2 ea-jdk rc1 pr-17 5-alpine jre-3f9c2ab 4.x')}`,
  dice =>
    `${word(dice, '17.0.9 17.0.10 21 22')}_${dice(3) + 8}-${word(dice, 'jre jdk-alpine ea-jdk jre-ubi9-minimal')}`,
  dice => `1.2.3-alpha.${word(dice, '645 1000 9')}_Branch.develop.Sha.${hash(dice)}`,
  dice => `${close(dice)}-${word(dice, counters)}${dice(12)}`,
  dice => `${close(dice)}-${word(dice, 'debian-12 alpine slim')}-${word(dice, counters)}${dice(12)}`,
  dice =>
    `${close(dice)}-${word(dice, 'feature-login rancher eksbuild feature_x PullRequest r')}.${word(dice, '2 9 10 1234567 20240108 x 3f9c2ab')}`,
  dice =>
    `${close(dice)}-alpine-${word(dice, '3f9c2ab 12345 1234567 20240108 1234 rc1 77d01e2-r2 r2-77d01e2 r2-12345')}`,
  dice => `${close(dice)}-pr-${dice(20)}-${anyHash(dice)}`,
  dice => `${close(dice)}-dev.${date(dice)}`,
  dice => `1.${word(dice, '9 10 99999999999999999999 100000000000000000000 007 7')}.${dice(2)}`,
  dice =>
    `${word(dice, '123b456 123b4567 v123b456 release-123b456 1e10 12a 12345678 12345 1234 v12345')}${word(dice, ' -x').trim()}`,
  dice =>
    `${close(dice)}${word(dice, '_ .. - -- -x. -.x -x..y -a_ -_a -rc_.1 -rc._1 -rc_1_ _a_ _a. -a.b_c -x_.y -rc.1__2 -5_x-6')}`,
  dice => `RELEASE.2024-01-0${1 + dice(3)}T00-00-00Z`,
  words(
    '1.2.x 2024-01-08 1.0.0-.x 1..2 v x V1.0.0 1.0.0b 1.0.0-rc1a 1.0.0-rc.1a 1.0.0-4a 1.0.0.0.0 1.11 1.11.0 vv1.0.0',
  ),
]
