import type { AuditEntry } from '../../shared/domain/audit.ts'

const policyPrefix = 'policy '

/** The run of an entry as `CLUSTER/NAMESPACE/POLICY/RUN`, which `restore --run` takes; nothing for what no run did. */
export const runOf = ({ actor, runId }: Pick<AuditEntry, 'actor' | 'runId'>): { readonly run?: string } => {
  if (runId === undefined) return {}
  const policy = actor.startsWith(policyPrefix) ? actor.slice(policyPrefix.length) : undefined
  return { run: policy === undefined ? runId : `${policy}/${runId}` }
}
