import type { UsageRecord } from '../domain/records.ts'
import { workloadText } from '../domain/retention/rules/in-use.ts'
import type { CustomObject } from '../ports/cluster.ts'

/** Where an object lives: what is named to it is of there. */
export interface Home {
  readonly cluster: string
  readonly namespace: string
}

export const homeOf = ({ cluster, metadata }: CustomObject): Home => ({ cluster, namespace: metadata.namespace })

/** What stands for each that may not be named. */
export const stranger = 'an object of another namespace'

export const isAtHome = (home: Home, { cluster, namespace }: Pick<UsageRecord, 'cluster' | 'namespace'>): boolean =>
  cluster === home.cluster && namespace === home.namespace

/** A workload by name, if that is of the same namespace. */
export const workloadSeenFrom = (home: Home, workload: UsageRecord): string =>
  isAtHome(home, workload) ? workloadText(workload) : stranger

/** `cluster/namespace/name` of a policy, if it is of the same namespace or covers the object by its own word. */
export function policySeenFrom(home: Home, policy: string, covering: readonly string[] = []): string {
  const [cluster = '', namespace = '', ...name] = policy.split('/')
  const isCovering = cluster === home.cluster && covering.includes(`${namespace}/${name.join('/')}`)
  return isCovering || isAtHome(home, { cluster, namespace }) ? policy : stranger
}

/** As `workloadText` writes them. */
const workloads = /\b[A-Z][A-Za-z]+ ([^\s/]+)\/\S+ in (?:cluster|aws) ([^\s,;:()]+)(?: \(rollback target\))?/g
const policies = /\bpolicy ([^\s/]+\/[^\s/]+\/[^\s,;:()]+)/g

/** A text of the audit trail, which names whoever had to do with an image. */
export const textSeenFrom = (home: Home, text: string, covering: readonly string[] = []): string =>
  text
    .replace(workloads, (named, namespace: string, cluster: string) =>
      isAtHome(home, { cluster, namespace }) ? named : stranger,
    )
    .replace(policies, (_, policy: string) => {
      const shown = policySeenFrom(home, policy, covering)
      return shown === stranger ? stranger : `policy ${shown}`
    })
