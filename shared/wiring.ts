import { type WebhookProviderName, webhookPath, webhookProviders } from './domain/webhook-provider.ts'
/**
 * Which schedule, event and queue reaches which function: stated once, read by the CDK app and by the local host.
 * Durations carry their unit in the name.
 */

export type FunctionName =
  | 'webhook'
  | 'sync'
  | 'reconcile'
  | 'inventory'
  | 'sweep-plan'
  | 'sweep-execute'
  | 'audit-export'
  | 'metrics'
  | 'notify'
/** Deployed, and run by `npm start`, only where the settings name a receiver of notifications. */
export type OptionalFunctionName = 'notify'
export type EveryFunctionName = Exclude<FunctionName, OptionalFunctionName>

export type QueueName = 'hints' | 'sync' | 'reconcile' | 'sweep'

/** What a function may touch; the CDK app turns each word into the grant and the environment that goes with it. */
export type Access =
  | 'table:read'
  | 'table:write'
  | 'table:scan'
  /** Counts up what is counted in place. */
  | 'table:count'
  /** Writes what receivers were told, and nothing else. */
  | 'table:tell'
  /** Writes what webhooks delivered, and nothing else. */
  | 'table:note-deliveries'
  | 'bus:publish'
  | 'queue:hints:send'
  | 'queue:reconcile:send'
  | 'queue:sync:send'
  | 'queue:sweep:send'
  /** How much lies in each queue, and how long the oldest of it. */
  | 'queues:measure'
  | 'archive:write'
  | 'secrets:webhook'
  | 'secrets:metrics'
  | 'secrets:notifications'
  | 'topics:publish'
  | 'secrets:cluster'
  | 'secrets:cluster:executor'
  | 'secrets:pull'
  | 'secrets:copies:read'
  | 'secrets:copies:delete'
  | 'secrets:delete'
  | 'copies:seal'
  | 'copies:open'
  /** Has manifests handed out, which ECR counts as pulls of whoever it does not exclude. */
  | 'ecr:read'
  /** Assumes the roles that the settings name for reading registries of other accounts. */
  | 'ecr:role:read'
  /** Assumes those for deleting and restoring. */
  | 'ecr:role:delete'
  /** Tries the credential, and reads nothing of a repository. */
  | 'ecr:check'
  /** Of each repository its lifecycle policy, of the registry its replication and its pull-through rules. */
  | 'ecr:rules:read'
  | 'ecr:delete'
  /** Moves images into the registry's archive, and out of it. */
  | 'ecr:archive'
  /** Pushes again what was deleted. */
  | 'ecr:restore'
  | 'aws-workloads:read'
  | 'kill-switch:read'

export interface FunctionWiring {
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly access: readonly Access[]
}

export const functions: Readonly<Record<FunctionName, FunctionWiring>> = {
  webhook: {
    timeoutSeconds: 10,
    memoryMb: 512,
    access: ['queue:hints:send', 'secrets:webhook', 'table:note-deliveries'],
  },
  sync: {
    timeoutSeconds: 900,
    memoryMb: 1024,
    access: [
      'table:write',
      'table:count',
      'queue:reconcile:send',
      'secrets:pull',
      'secrets:copies:read',
      'copies:open',
      'ecr:read',
      'ecr:rules:read',
      'ecr:role:read',
    ],
  },
  reconcile: {
    // A run that knows nothing yet lists everything; one that watches lasts as long as it is told to.
    timeoutSeconds: 180,
    memoryMb: 1024,
    access: [
      'table:write',
      'table:scan',
      'queue:sync:send',
      'secrets:cluster',
      'secrets:pull',
      'secrets:copies:delete',
      'copies:seal',
      'copies:open',
      'ecr:check',
      'ecr:role:read',
    ],
  },
  inventory: {
    timeoutSeconds: 240,
    memoryMb: 1024,
    access: ['table:write', 'queue:reconcile:send', 'secrets:cluster', 'aws-workloads:read'],
  },
  'sweep-plan': {
    timeoutSeconds: 300,
    // A plan of a repository with 1,000,000 tags on 200,000 images takes 2,085 MB. New accounts of AWS have no more.
    memoryMb: 3008,
    access: ['table:write', 'queue:reconcile:send', 'queue:sweep:send', 'secrets:cluster', 'kill-switch:read'],
  },
  'sweep-execute': {
    timeoutSeconds: 900,
    // It judges what was planned. More memory is more of a processor as well, which many deletions at once are bound by.
    memoryMb: 3008,
    access: [
      'table:write',
      'queue:reconcile:send',
      'archive:write',
      'secrets:cluster:executor',
      'secrets:delete',
      'ecr:read',
      'ecr:delete',
      'ecr:archive',
      'ecr:restore',
      'ecr:role:delete',
      'aws-workloads:read',
      'kill-switch:read',
    ],
  },
  'audit-export': { timeoutSeconds: 55, memoryMb: 1024, access: ['table:write', 'bus:publish'] },
  metrics: {
    // Prometheus waits for ten seconds unless it is told otherwise.
    timeoutSeconds: 10,
    memoryMb: 1024,
    access: ['table:read', 'queues:measure', 'secrets:metrics', 'kill-switch:read'],
  },
  notify: {
    // It begins no message later than 240 seconds after its start.
    timeoutSeconds: 300,
    memoryMb: 1024,
    access: ['table:read', 'table:tell', 'secrets:notifications', 'topics:publish', 'kill-switch:read'],
  },
}

export interface QueueWiring {
  readonly consumer: EveryFunctionName
  /** What lies in it, for the runbook of its alarms. */
  readonly holds: string
  /** Messages of one group are handled in order and never two at a time; the group is the repository. */
  readonly fifo: true
  readonly batchSize: number
  /** Invocations at once, of different groups. */
  readonly maxConcurrency: number
  /** At least six times the consumer's timeout, as Lambda asks. */
  readonly visibilityTimeoutSeconds: number
  readonly maxReceiveCount: number
}

export const queues: Readonly<Record<QueueName, QueueWiring>> = {
  // Apart from the full syncs, which may take minutes: a push is seen within seconds.
  hints: {
    consumer: 'sync',
    holds: 'what registries tell of pushes and deletions; without a message its news show at the next full sync',
    fifo: true,
    batchSize: 10,
    maxConcurrency: 10,
    visibilityTimeoutSeconds: 5400,
    maxReceiveCount: 5,
  },
  sync: {
    consumer: 'sync',
    holds: 'full syncs that reconcile asked for',
    fifo: true,
    batchSize: 10,
    maxConcurrency: 20,
    visibilityTimeoutSeconds: 5400,
    maxReceiveCount: 5,
  },
  reconcile: {
    consumer: 'reconcile',
    holds: 'repositories whose objects have news',
    fifo: true,
    batchSize: 10,
    maxConcurrency: 5,
    visibilityTimeoutSeconds: 1080,
    maxReceiveCount: 5,
  },
  sweep: {
    consumer: 'sweep-execute',
    holds: 'repositories to sweep',
    fifo: true,
    batchSize: 1,
    // So that a night of 20,000 repositories ends within two hours; a registry's own limit is its maxConcurrentRequests.
    maxConcurrency: 20,
    visibilityTimeoutSeconds: 5400,
    maxReceiveCount: 5,
  },
}

/** Dead letters are kept this long. */
export const deadLetterRetentionDays = 14

export interface ScheduleWiring {
  readonly consumer: FunctionName
  readonly everyMinutes: number
  /** What people see until it runs again, for the runbook of its alarm. */
  readonly untilItRuns: string
}

export const schedules: Readonly<Record<string, ScheduleWiring>> = {
  reconcile: { consumer: 'reconcile', everyMinutes: 1, untilItRuns: 'the clusters show old status and syncs wait' },
  inventory: { consumer: 'inventory', everyMinutes: 5, untilItRuns: 'usage grows old, and then nothing is swept' },
  'sweep-plan': { consumer: 'sweep-plan', everyMinutes: 1, untilItRuns: 'nothing is marked or swept' },
  'audit-export': {
    consumer: 'audit-export',
    everyMinutes: 1,
    untilItRuns: 'changes are recorded and not yet published to the bus; it continues where it was, none is lost',
  },
  notify: {
    consumer: 'notify',
    everyMinutes: 60,
    untilItRuns: 'nobody is told what goes, ran, waits or is in danger; kubectl and the command show it',
  },
}

/** The custom bus that carries what changed, for whoever listens, and the source that its events and messages name. */
export const bus = { name: 'image-lifecycle', source: 'shelflife' } as const

/**
 * Of the account's own bus, where ECR publishes: the message body is the whole event, and its group that of the repository
 * which the event names.
 */
export interface RuleWiring {
  readonly pattern: { readonly source: readonly string[]; readonly 'detail-type': readonly string[] }
  readonly queue: QueueName
}

export const rules: Readonly<Record<string, RuleWiring>> = {
  'ecr-images': {
    pattern: {
      source: ['aws.ecr'],
      'detail-type': ['ECR Image Action', 'ECR Replication Action', 'ECR Pull Through Cache Action'],
    },
    queue: 'hints',
  },
}

/** HTTP routes of the webhook function: one for each provider of webhooks. Behind some of them a secret follows. */
export const webhookRoutes: Readonly<Record<string, WebhookProviderName>> = Object.fromEntries(
  webhookProviders.map(provider => [webhookPath(provider), provider]),
)

/** SSM parameter by which the command finds the address of the webhooks: the pipeline publishes it, anew with each deploy. */
export const webhookParameter = '/shelflife/webhook'

/** SSM parameter by which the command finds the queues: JSON, their addresses by their names. */
export const queuesParameter = '/shelflife/queues'

/** HTTP route of the metrics function, which scrapers know. */
export const metricsRoute = '/metrics'

/** Under this prefix versions before kept copies of what RegistrySecrets bring, as secrets. They lie in the table now. */
export const pullSecretPrefix = 'shelflife/pull/'

/** SSM parameter that stops every sweep while its value is `paused`. */
export const killSwitchParameter = '/shelflife/sweeps'

/** SSM parameter by which the command finds what is deployed: JSON `{"table", "archive", "killSwitch"}`. */
export const installationParameter = '/shelflife/installation'

/** The line of reconcile's log of images in use that their registry is about to delete by itself, which raises an alarm. */
export const registryDeletesMessage = 'a registry is about to delete what runs'

/** Under this prefix of the archive bucket lie configs and layers, and nothing else. */
export const layerArchivePrefix = 'blobs/'

/** What the settings promise where they say nothing: so many days. */
export const defaultLayerArchiveDays = 30

/**
 * After so many days the bucket removes a config or layer, where images are to be restorable for `days`. One more: what
 * another image needs as well is written anew once a day.
 */
export const layerExpiryDays = (days: number): number => days + 1

/**
 * The environment every function reads. Only names, never secrets.
 *
 * | variable | value |
 * | --- | --- |
 * | `SETTINGS_FILE` | path of the settings, JSON (default `settings.json` beside the bundle) |
 * | `TABLE_NAME` | the DynamoDB table |
 * | `BUS_NAME` | the EventBridge bus |
 * | `HINTS_QUEUE_URL`, `SYNC_QUEUE_URL`, `RECONCILE_QUEUE_URL`, `SWEEP_QUEUE_URL` | the FIFO queues |
 * | `ARCHIVE_BUCKET` | the bucket of archived manifests and layers |
 * | `KILL_SWITCH_PARAMETER` | the SSM parameter |
 * | `SEALING_KEY` | the KMS key of copies of credentials: its id, ARN or alias |
 * | `INSTALLATION` | whose function it is: `ACCOUNT/REGION/NAME` |
 * | `CLUSTER_ROLE` | the ARN of the role of IAM that is taken for clusters of EKS; absent where the settings name none |
 */
export const environmentNames = {
  settingsFile: 'SETTINGS_FILE',
  table: 'TABLE_NAME',
  bus: 'BUS_NAME',
  hintsQueue: 'HINTS_QUEUE_URL',
  syncQueue: 'SYNC_QUEUE_URL',
  reconcileQueue: 'RECONCILE_QUEUE_URL',
  sweepQueue: 'SWEEP_QUEUE_URL',
  archive: 'ARCHIVE_BUCKET',
  killSwitch: 'KILL_SWITCH_PARAMETER',
  sealingKey: 'SEALING_KEY',
  installation: 'INSTALLATION',
  clusterRole: 'CLUSTER_ROLE',
} as const
