import { anotherNamespace, isSameNamespace, nameForReader, type OwningNamespace } from '../domain/name-for-reader.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { workloadText } from '../domain/retention/rules/in-use.ts'

/** A workload by name, if that is of the same namespace. */
export const workloadSeenFrom = (home: OwningNamespace, workload: UsageRecord): string =>
  nameForReader(home, workload, workloadText(workload))

/** `cluster/namespace/name` of a policy, if it is of the same namespace or covers the object by its own word. */
export function policySeenFrom(home: OwningNamespace, policy: string, covering: readonly string[] = []): string {
  const [cluster = '', namespace = '', ...name] = policy.split('/')
  const isCovering = cluster === home.cluster && covering.includes(`${namespace}/${name.join('/')}`)
  return isCovering || isSameNamespace(home, { cluster, namespace }) ? policy : anotherNamespace
}

/** As `workloadText` writes them. */
const workloads = /\b[A-Z][A-Za-z]+ ([^\s/]+)\/\S+ in (?:cluster|aws) ([^\s,;:()]+)(?: \(rollback target\))?/g
const policies = /\bpolicy ([^\s/]+\/[^\s/]+\/[^\s,;:()]+)/g

/** A text of the audit trail, which names whoever had to do with an image. */
export const textSeenFrom = (home: OwningNamespace, text: string, covering: readonly string[] = []): string =>
  text
    .replace(workloads, (named, namespace: string, cluster: string) =>
      nameForReader(home, { cluster, namespace }, named),
    )
    .replace(policies, (_, policy: string) => {
      const shown = policySeenFrom(home, policy, covering)
      return shown === anotherNamespace ? anotherNamespace : `policy ${shown}`
    })
