import { InvalidInputError } from '../../shared/errors.ts'
import { type WorkloadKindSettings, workloadKind } from '../../shared/settings/clusters.ts'

/** Kinds such as `jobs.batch.volcano.sh`, separated by commas; none where the flag is absent. */
export const parseWorkloads = (text: string | undefined): readonly WorkloadKindSettings[] =>
  text === undefined ? [] : text.split(',').map(parseKind)

function parseKind(text: string): WorkloadKindSettings {
  const [resource, ...group] = text.trim().split('.')
  const parsed = workloadKind.safeParse({ group: group.join('.'), resource })
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    `--workloads: expected kinds such as jobs.batch.volcano.sh, separated by commas, got ${JSON.stringify(text)}`,
  )
}
