import { type Dice, hexDigits, pick } from './random-tags.ts'

/** Tags as one publisher or tool writes them, oldest first, at times more than one for an image. */
export interface TagFamily {
  readonly name: string
  /** The tags of each image. */
  readonly images: readonly (readonly string[])[]
}

type Family = (dice: Dice, at: number) => readonly string[]

const hash = (dice: Dice, length = 7): string => Array.from({ length }, () => hexDigits[dice(16)]).join('')
const two = (number: number): string => String(number).padStart(2, '0')
const dateOf = (at: number): [string, string, string] => [
  String(2024 + Math.floor(at / 300)),
  two(1 + (Math.floor(at / 25) % 12)),
  two(1 + (at % 25)),
]
const day = (at: number): string => dateOf(at).join('')
const version = (at: number, per = 6): string =>
  `${1 + Math.floor(at / (per * 5))}.${Math.floor(at / per) % 5}.${at % per}`

/** Each makes the tags of its image number `at`. */
const families: Readonly<Record<string, Family>> = {
  nginx: (dice, at) => {
    const [number, variant] = [
      `1.${20 + Math.floor(at / 8)}.${Math.floor(at / 4) % 3}`,
      ['', '-alpine', '-alpine3.19', '-bookworm-perl'][at % 4],
    ]
    return [
      `${number}${variant}`,
      ...(dice(9) === 0 ? [`mainline${variant}`] : []),
      ...(dice(9) === 0 ? [`stable${variant}`] : []),
    ]
  },
  postgres: (dice, at) => [
    `${12 + (at % 6)}.${Math.floor(at / 6)}${pick(dice, ['', '-alpine', '-bookworm', '-alpine3.20', 'beta1', 'rc1', 'rc1-alpine'])}`,
  ],
  python: (dice, at) => [
    `3.${9 + (at % 5)}.${Math.floor(at / 5)}${pick(dice, ['', 'a3', 'b1', 'rc2', '-slim', 'b2-slim', 'rc1-alpine3.18', '-slim-bookworm'])}`,
  ],
  temurin: (dice, at) => [
    `${pick(dice, ['17.0', '21.0', '11.0'])}.${Math.floor(at / 3)}_${1 + dice(12)}-${pick(dice, ['jre', 'jdk', 'jdk-alpine', 'jre-ubi9-minimal', 'jdk-windowsservercore-ltsc2022'])}`,
    ...(dice(9) === 0 ? [`${22 + dice(2)}_${36 - dice(9)}-ea-jdk`] : []),
  ],
  linuxserver: (dice, at) => [
    `${pick(dice, ['', 'v', 'amd64-', 'arm64v8-'])}1.0.2021${two(1 + (at % 12))}${two(1 + (at % 28))}-ls${80 + at}`,
    ...(dice(5) === 0 ? [`version-v1.0.${at}`] : []),
  ],
  linuxserverRevision: (_, at) => [`4.0.${9 + Math.floor(at / 9)}.2513-ls${240 + at}`, `version-4.0.${at}.2513`],
  bitnami: (_, at) => [`15.${Math.floor(at / 12)}.0-debian-${11 + (at % 2)}-r${at % 12}`],
  k3s: (dice, at) => [
    `v1.${27 + (at % 4)}.${Math.floor(at / 8)}-${pick(dice, ['', '', 'rc1-', 'rc2-'])}k3s${1 + (at % 2)}`,
  ],
  rke2: (dice, at) => [
    `v1.${27 + (at % 4)}.${Math.floor(at / 8)}-${pick(dice, ['', 'rc1-', 'alpha1-'])}rke2r${1 + (at % 3)}`,
  ],
  rancher: (dice, at) => [
    `v2.${8 + (at % 3)}.${Math.floor(at / 3)}${pick(dice, ['', '-rc1', '-alpha12', '-debug-123', '-head'])}`,
    ...(dice(8) === 0 ? [`v2.9-${hash(dice, 40)}-head`] : []),
  ],
  rancherCharts: (dice, at) => [
    `10${Math.floor(at / 9)}.${at % 9}.1_up${57 - (at % 5)}.0.3${pick(dice, ['', '-rancher.1', '-rancher.9', '-rancher.10', '-rc.1'])}`,
  ],
  eks: (_, at) => [`v1.${25 + (at % 5)}.${Math.floor(at / 10)}-eksbuild.${1 + (at % 11)}`],
  eksDistro: (_, at) => [`v1.${25 + (at % 5)}.4-eks-1-2${at % 5}-${at}`, `v1.25.4-minimal-eksbuild.${at}`],
  minio: (_, at) => [
    `RELEASE.${dateOf(at).join('-')}T${two(at % 24)}-20-02Z`,
    ...(at % 4 === 0 ? [`RELEASE.${dateOf(at).join('-')}T03-20-02Z-cpuv1`] : []),
  ],
  gitDescribe: (dice, at) => [
    `v${version(Math.floor(at / 7))}${at % 7 === 0 ? '' : `-${at % 7}-g${hash(dice, pick(dice, [7, 8, 10, 12]))}`}${dice(12) === 0 ? '-dirty' : ''}`,
  ],
  metadataAction: (dice, at) =>
    pick(dice, [
      [`sha-${hash(dice)}`, 'main'],
      [`pr-${at}`],
      [version(at), `1.${Math.floor(at / 6) % 5}`, '1', 'latest'],
      ['edge'],
      [`nightly-${day(at)}`],
      [`feature-login-${hash(dice)}`],
      [`sha-${hash(dice, 40)}`],
    ]),
  gitVersion: (dice, at) => [
    `${version(Math.floor(at / 9))}-${pick(dice, ['alpha', 'beta', 'feature-login', 'develop', 'PullRequest17', 'ci'])}.${at % 13}${dice(3) === 0 ? `_Branch.develop.Sha.${hash(dice, 40)}` : ''}`,
  ],
  helm: (dice, at) => [
    `${version(at)}${pick(dice, ['', `-${at}_${hash(dice, 8)}`, '_1', `_g${hash(dice)}`, `-alpha.${at % 12}_g${hash(dice)}`, '-rc.1'])}`,
  ],
  jboss: (dice, at) => [
    `${version(at)}.${pick(dice, ['Final', 'GA', 'RELEASE', 'Alpha1', 'Beta3', 'CR1', 'CR2', 'M4', 'RC1', 'SNAPSHOT', 'SP1', 'Final-redhat-00001'])}`,
  ],
  maven: (dice, at) => [
    `${version(at)}${pick(dice, ['-SNAPSHOT', '', '-RC1', '-M2', '-milestone-1', `-${day(at)}.120159-${at}`])}`,
  ],
  python440: (dice, at) => [
    `${version(at)}${pick(dice, ['', '.post1', '.post10', 'a1', 'b12', 'rc3', '.dev4', 'rc1.post2'])}`,
  ],
  branches: (dice, at) => [
    `${pick(dice, ['main', 'develop', 'release-2024', 'feature-JIRA-123', 'dependabot-npm-x', 'hotfix_1'])}-${pick(dice, [hash(dice), String(1000 + at), day(at), `${day(at)}-${hash(dice)}`, `${at}.${hash(dice)}`])}`,
  ],
  trunk: (dice, at) => [`${dateOf(at).join('.')}.${two(dice(24))}.${two(dice(60))}-${hash(dice)}`],
  calendar: (dice, at) => [
    `${dateOf(at).slice(0, 2).join('.')}.${at % 9}${pick(dice, ['', '-beta', '-1', '.1', '-hotfix2'])}`,
  ],
  timestamps: (dice, at) => [
    pick(dice, [
      day(at),
      `${day(at)}1201`,
      `${day(at)}120159`,
      dateOf(at).join('-'),
      `${day(at)}-${hash(dice)}`,
      `v${day(at)}`,
      `${day(at)}.${at % 4}`,
    ]),
  ],
  buildNumbers: (dice, at) => [
    pick(dice, [
      `${10000 + at}`,
      `${1234000 + at}`,
      `build-${at}`,
      `b${at}`,
      `${at}`,
      `1.0.${at}-${10_000 + at}`,
      `1.0-${1_234_000 + at}`,
    ]),
  ],
  digitHashes: (dice, at) => [
    `1.4.0-${dice(3) === 0 ? String(1_000_000 + dice(8_999_999)) : hash(dice)}`,
    ...(at % 9 === 0 ? [hash(dice), hash(dice, 40)].slice(dice(2)) : []),
  ],
  releases: (dice, at) => [
    `${pick(dice, ['release-', 'rel-', 'v', 'version-', 'Release-', ''])}${version(at)}${pick(dice, ['', '', '-rc1'])}`,
  ],
  environments: (dice, at) => [
    pick(dice, [
      'prod',
      'staging',
      'qa',
      'live',
      `prod-${at}`,
      'prod-eu',
      `staging-${hash(dice)}`,
      'latest',
      'latest-dev',
      `stable-${version(at)}`,
    ]),
  ],
  suffixes: (dice, at) => [
    `${version(at)}-${pick(dice, ['patch', 'p', 'u', 'update', 'hotfix', 'rev', 'build', 'r', 'slim-p', 'ubi8-build'])}${dice(14)}`,
  ],
  dapr: (dice, at) => [
    `${version(at)}-${pick(dice, ['linux-amd64', 'linux-arm64', 'mariner', 'windows-ltsc2022-amd64', 'rc.3-linux-arm', 'rc.10-linux-arm'])}`,
  ],
  kubernetes: (dice, at) => [
    `v1.${20 + Math.floor(at / 9)}.${at % 9}${pick(dice, ['', '-alpha.3', '-beta.0', `-alpha.1.${at}_${hash(dice, 14)}`, '-rc.0', '_debug'])}`,
  ],
  prow: (dice, at) => [
    `v${day(at)}-${hash(dice, 10)}`,
    ...(dice(5) === 0 ? [`v${day(at)}-v1.${at}.0-${dice(40)}-g${hash(dice)}`] : []),
  ],
  cuda: (dice, at) => [
    `12.${Math.floor(at / 4) % 6}.${at % 2}${pick(dice, ['-base', '-cudnn8-devel', '-runtime', '-cudnn-runtime'])}-${pick(dice, ['ubuntu22.04', 'ubi8', 'rockylinux9'])}`,
  ],
  dotnet: (dice, at) => [
    `${6 + (at % 4)}.0.${Math.floor(at / 4)}${pick(dice, ['', '-preview.7', '-rc.2', '-jammy-chiseled', '-alpine3.19-amd64', '-preview.7.23375.9', '-nanoserver-1809'])}`,
  ],
}

export const familyNames = Object.keys(families)

/** A family of some images; a tag that came twice stays with the first. */
export const familyOf = (name: string, size: number, dice: Dice): TagFamily => {
  const taken = new Set<string>()
  const images = Array.from({ length: size }, (_, at) => {
    const tags = families[name]?.(dice, at) ?? []
    return tags.filter(tag => !taken.has(tag) && taken.add(tag))
  })
  return { name, images: images.filter(tags => tags.length > 0) }
}
