import type { JobDefinition, JobDetail } from '@aws-sdk/client-batch'

interface Container {
  readonly image?: string | undefined
}

interface EksPod {
  readonly containers?: readonly Container[] | undefined
  readonly initContainers?: readonly Container[] | undefined
}

interface Properties {
  readonly container?: Container | undefined
  readonly ecsProperties?: { readonly taskProperties?: readonly EcsTask[] | undefined } | undefined
  readonly eksProperties?: { readonly podProperties?: EksPod | undefined } | undefined
}

interface EcsTask {
  readonly containers?: readonly Container[] | undefined
}

/** All that a definition starts, on whichever kind of compute. */
export const imagesOfDefinition = ({ containerProperties, nodeProperties, ...rest }: JobDefinition): string[] =>
  imagesIn([{ ...rest, container: containerProperties }, ...(nodeProperties?.nodeRangeProperties ?? [])])

/** All that a job runs or will run: what overrides its definition is in it. */
export const imagesOfJob = ({ nodeProperties, ...job }: JobDetail): string[] =>
  imagesIn([job, ...(nodeProperties?.nodeRangeProperties ?? [])])

function imagesIn(all: readonly Properties[]): string[] {
  const containers = all.flatMap(({ container, ecsProperties, eksProperties }) => [
    ...(container ? [container] : []),
    ...(ecsProperties?.taskProperties ?? []).flatMap(task => task.containers ?? []),
    ...(eksProperties?.podProperties?.containers ?? []),
    ...(eksProperties?.podProperties?.initContainers ?? []),
  ])
  return [...new Set(containers.flatMap(({ image }) => image ?? []))]
}
