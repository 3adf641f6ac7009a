import type { RetentionPolicy } from './policy.ts'

/** What a policy may delete: objects in the cluster, images on nodes, artifacts in the registry. */
export type CleanupTarget = 'Configuration' | 'NodeCache' | 'RegistryArtifact'

/** A Kubernetes label selector. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly {
    readonly key: string
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
    readonly values?: readonly string[]
  }[]
}

/** An ImageCleanupPolicy object as it is meant, with its defaults applied. */
export interface CleanupPolicy extends RetentionPolicy {
  /** Empty for an object without metadata, as in a file. */
  readonly name: string
  readonly namespace?: string
  readonly schedule?: string
  readonly timeZone?: string
  /** The policy's own namespace where absent. */
  readonly namespaces?: readonly string[]
  readonly selector?: LabelSelector
  readonly targets: readonly CleanupTarget[]
  readonly storageThresholdPercent?: number
  readonly dryRun: boolean
  readonly suspend: boolean
  readonly startingDeadlineSeconds: number
  readonly historyLimit: number
}
