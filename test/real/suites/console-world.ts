import { createHash } from 'node:crypto'
import type { ImagePage, PolicyPage, Reads, ShownPolicy, ShownVersion } from '../../../cli/console/api.ts'
import { type DoubleReads, type DoubleWrites, pageOf } from './console-double.ts'

/** How much there is in a made-up installation, and what everything is called. */
export interface ConsoleWorld {
  readonly repositories: number
  readonly versions: number
  readonly changes: number
  /** Stands in every name and text. */
  readonly name: string
}

const at = '2026-01-02T03:04:05Z'
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}` as const

export const readsOf = (world: ConsoleWorld): DoubleReads => ({
  '/api/overview': () => overviewOf(world),
  '/api/repositories': query => pageOf(query, world.repositories, place => repositoryAt(world, place)),
  '/api/repository': query => ({
    ...pageOf(query, world.versions, place => versionAt(world, place)),
    repository: query.name ?? '',
    parts: 2 * world.versions,
    cuts: [{ policy: policyName(world), firstGone: 3, goes: world.versions - 3, stoppedBy: [`on ${world.name}`] }],
  }),
  '/api/image': query => imageOf(world, query.name ?? ''),
  '/api/policies': query => ({ ...pageOf(query, 1, () => policyOf(world)), unread: [] }),
  '/api/policy': () => policyPageOf(world),
  '/api/runs': query => ({ ...pageOf(query, 1, () => runOf(world)), forgotten: [] }),
  '/api/history': query => ({ ...pageOf(query, world.changes, place => changeAt(world, place)), readBackTo: at }),
  '/api/pictures/stages': () => ({ days: days.map((day, place) => ({ day, stages: stagesOf(place) })) }),
  '/api/pictures/bytes': () => ({
    days: days.map((day, place) => ({ day, freedBytes: place * 1_000_000 })),
    held: [{ registry: world.name, bytes: 12_000_000_000 }],
    heldDays: days.map((day, place) => ({ day, held: [{ registry: world.name, bytes: place * 100_000_000 }] })),
    forgotten: [],
  }),
  '/api/pictures/pulls': query => ({
    ...pageOf(query, 3, place => ({
      cluster: world.name,
      image: `${world.name}:${place}`,
      succeeded: 10 * place,
      failed: 3 - place,
      backedOff: 0,
    })),
    succeeded: 30,
    failed: 6,
    backedOff: 0,
    problems: [world.name],
  }),
  '/api/pictures/calendar': () => ({
    days: [
      {
        day: '2026-01-03',
        repositories: [{ repository: world.name, marked: 4, after: at }],
        marked: 4,
        runs: [{ policy: policyName(world), at }],
      },
    ],
    unread: [],
  }),
})

export const writesOf = (world: ConsoleWorld): DoubleWrites => ({
  '/api/what-if': body => {
    const totals = { images: 9, tags: 9, kept: 6, deleted: 3, bytes: 3_000_000 }
    const limits = { maxDeletionsPerRun: 100, maxDeletionPercent: 50, exceeded: true, reason: world.name }
    return {
      ...pageOf({ ...body, spec: '' } as Record<string, string>, 1, () => ({
        repository: world.name,
        digest: digestOf('changed'),
        tags: [world.name],
        change: 'kept-to-deleted',
        before: { verdict: 'keep', rule: 'keepRecent', reason: world.name, protectedBy: [] },
        after: { verdict: 'delete', rule: 'none', reason: world.name, protectedBy: [] },
        facts: [],
      })),
      version: 1,
      now: at,
      policy: policyName(world),
      usage: 'complete',
      limits: { before: limits, after: limits },
      plans: { before: totals, after: totals },
      totals: { images: 9, keptToDeleted: 1, deletedToKept: 0, otherTags: 0, stillKept: 5, stillDeleted: 3 },
      freedBytes: { before: 3_000_000, after: 4_000_000, more: 1_000_000 },
      yaml: `# ${world.name}\nspec: ${JSON.stringify(body.spec)}\n`,
    }
  },
  '/api/restore': ({ dryRun }) => ({
    dryRun,
    now: at,
    notes: [world.name],
    repositories: [
      {
        repository: world.name,
        restorableUntil: world.name,
        things: [{ kind: 'tag', name: world.name, digest: digestOf('gone'), outcome: 'restored', reason: world.name }],
      },
    ],
    totals: { restored: 1, present: 0, leftAlone: 0, missing: 0, failed: 0 },
    ...(dryRun && { confirm: 'confirm' }),
  }),
})

const days = Array.from({ length: 30 }, (_, place) => new Date(Date.UTC(2026, 0, 1 + place)).toISOString().slice(0, 10))
const stagesOf = (place: number) => ({ Introduction: place, Use: 2 * place, Maintenance: 3 * place, Cleanup: place })
const policyName = ({ name }: ConsoleWorld) => `eu-1/${name}/${name}`

function overviewOf(world: ConsoleWorld): Reads['/api/overview']['answer'] {
  const finding = { what: world.name, message: world.name }
  return {
    status: {
      version: 1,
      now: at,
      sweeps: { paused: true, changedAt: at },
      policies: { inForce: 1, stopped: [finding] },
      running: [finding],
      waiting: [finding],
      red: [finding],
      held: [{ registry: world.name, bytes: 12_000_000_000 }],
      next: [{ policy: policyName(world), at }],
    },
    repositories: {
      count: world.repositories,
      tags: world.repositories * 50,
      inUse: 10,
      marked: 4,
      storedBytes: 12_000_000_000,
      firstDeletionAt: at,
    },
    stages: stagesOf(7),
    stagesAt: at,
    stagesTooLarge: 1,
    untracked: { count: 1, repositories: [world.name] },
    clusters: [{ name: world.name, ok: false, message: world.name }],
    registries: [{ name: world.name, ok: true, message: world.name }],
  }
}

const repositoryAt = (world: ConsoleWorld, place: number) => ({
  repository: `registry.example.com/${world.name}/${String(place).padStart(6, '0')}`,
  tags: 50,
  inUse: 1,
  marked: 2,
  storedBytes: 1_000_000,
  lastSyncedAt: at,
})

const versionAt = (world: ConsoleWorld, place: number): ShownVersion => ({
  position: place,
  digest: digestOf(`version ${place}`),
  tags: [`${world.name}${place}`],
  role: 'Current',
  stage: 'Use',
  pushedAt: at,
  sizeBytes: 30_000_000,
  platforms: ['linux/amd64', 'linux/arm64'],
  usedBy: [`Deployment ${world.name}`],
  fate: `kept: ${world.name}`,
  goes: place > 3,
  tree: [
    {
      digest: digestOf(`platform of ${place}`),
      kind: 'platform',
      label: world.name,
      sizeBytes: 15_000_000,
      parts: [{ digest: digestOf(`signature of ${place}`), kind: 'referrer', label: world.name, parts: [] }],
    },
  ],
})

function imageOf(world: ConsoleWorld, asked: string): ImagePage {
  const digest = digestOf('gone')
  const run = `${policyName(world)}/manual-1`
  return {
    explanation: {
      version: 1,
      now: at,
      asked,
      image: { repository: world.name, digest, tags: [], stage: 'Cleanup' },
      state: 'gone',
      summary: world.name,
      usage: 'complete',
      facts: [world.name],
      inDanger: [world.name],
      usedBy: [world.name],
      objects: [world.name],
      policies: [],
      gone: {
        what: 'image',
        at,
        how: 'deleted',
        by: `policy ${policyName(world)}`,
        run,
        reason: world.name,
        facts: [world.name],
        restore: world.name,
      },
    },
    timeline: [changeAt(world, 0), { ...changeAt(world, 1), action: 'pushed' }],
    restorableUntil: world.name,
    restore: { image: `${world.name}@${digest}`, run },
  }
}

const changeAt = (world: ConsoleWorld, place: number) => ({
  id: String(place),
  at,
  actor: `policy ${policyName(world)}`,
  action: 'deleted' as const,
  repository: world.name,
  digest: digestOf(`change ${place}`),
  tag: `${world.name}${place}`,
  reason: world.name,
  facts: [],
})

const runOf = (world: ConsoleWorld) => ({
  run: `${policyName(world)}/manual-1`,
  policy: policyName(world),
  trigger: 'Manual' as const,
  result: 'PartialFailure' as const,
  dryRun: false,
  startedAt: at,
  endedAt: at,
  marked: 3,
  deleted: 2,
  failed: 1,
  freedBytes: 2_000_000,
  message: world.name,
  undo: `shelflife restore --run ${world.name}`,
})

const policyOf = (world: ConsoleWorld): ShownPolicy => ({
  policy: policyName(world),
  ready: false,
  message: world.name,
  dryRun: true,
  paused: true,
  suspended: true,
  schedule: world.name,
  nextRunAt: at,
  lastRun: runOf(world),
  waiting: {
    hash: 'abc',
    message: world.name,
    repositories: [{ repository: world.name, images: 30, toDelete: 28, approved: 1 }],
    count: 1,
  },
  totalDeleted: 7,
  totalFreedBytes: 7_000_000,
})

const policyPageOf = (world: ConsoleWorld): PolicyPage => ({
  ...policyOf(world),
  spec: { keepRecent: 3, rules: [{ tags: world.name, keepDays: 30 }] },
  yaml: `# ${world.name}\nspec:\n  keepRecent: 3\n`,
  clamped: [world.name],
  runs: [runOf(world)],
})
