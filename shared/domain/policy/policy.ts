import type { Exclusion } from '../retention/rules/excluded.ts'
import type { TagRuleFields } from '../retention/rules.ts'

/** What a policy says of some tags: the keep rules it gives, and how it counts them. */
export interface TagPolicy extends TagRuleFields {
  /** RE2 pattern; its first capture, or its whole match, names the group that versions are counted in. */
  readonly groupBy?: string
}

/** What one of the `rules` of a policy says of one kind of tag: at least one glob, or `untagged`. */
export interface TagRule extends TagPolicy {
  /** Globs over tags: `*` any run of characters, `?` one. */
  readonly tags?: readonly string[]
  readonly untagged?: boolean
}

/** What an ImageCleanupPolicy says about retention, with its defaults applied. Durations in milliseconds. */
export interface RetentionPolicy extends TagPolicy {
  /** The first that matches a tag applies to it; to what none matches, the policy itself does. */
  readonly rules?: readonly TagRule[]
  readonly exclude: readonly Exclusion[]
  /** Globs over tags: `*` any run of characters, `?` one. */
  readonly keepTags: readonly string[]
  readonly gracePeriodMs: number
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
  /** Default Delete. */
  readonly action?: CleanupAction
}

/** What becomes of an image in its registry that nothing keeps: it is deleted, or goes into the registry's archive. */
export type CleanupAction = 'Delete' | 'Archive'

/** What a policy may delete: objects in the cluster, images on nodes, artifacts in the registry. */
export type CleanupTarget = 'Configuration' | 'NodeCache' | 'RegistryArtifact'

/** What is kept of an image that is deleted: what describes it, or its config and layers as well. */
export type ArchiveExtent = 'manifests' | 'layers'

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
  readonly action: CleanupAction
  readonly archive: ArchiveExtent
  readonly storageThresholdPercent?: number
  readonly dryRun: boolean
  readonly suspend: boolean
  readonly startingDeadlineSeconds: number
  readonly historyLimit: number
}
