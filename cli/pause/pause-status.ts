import { secondsOf } from '../../shared/domain/instant.ts'
import { isPaused, type Policy, pauseAnnotation } from '../../shared/objects/policy-object.ts'
import { listPolicies } from '../../shared/sweep/world/list-policies.ts'
import type { Installation } from '../connect/installation.ts'

/** What is stopped, and by what. Times RFC 3339, UTC. */
export interface PauseStatus {
  readonly sweeps: {
    readonly paused: boolean
    readonly parameter: string
    /** Absent where there is no parameter, which stops the sweeps too. */
    readonly value?: string
    readonly changedAt?: string
  }
  readonly policies: readonly { readonly policy: string; readonly stoppedBy: readonly string[] }[]
}

/** Reads the kill switch and every policy of every cluster. */
export async function readPauseStatus(installation: Installation): Promise<PauseStatus> {
  const { killSwitchControl, killSwitchParameter, rulebook } = installation
  const { isPaused: paused, value, changedAt } = await killSwitchControl.getState()
  const clusters = await installation.connectClusters()
  const policies = (await Promise.all(clusters.map(cluster => listPolicies(cluster, rulebook.limits)))).flatMap(
    one => one.accepted,
  )
  return {
    sweeps: {
      paused,
      parameter: killSwitchParameter,
      ...(value !== undefined && { value }),
      ...(changedAt && { changedAt: secondsOf(changedAt) }),
    },
    policies: policies
      .map(policy => ({ policy: policy.id, stoppedBy: stoppers(policy) }))
      .sort((a, b) => (a.policy < b.policy ? -1 : 1)),
  }
}

const stoppers = ({ object, spec }: Policy): string[] =>
  [
    isPaused({ object }) ? `annotation ${pauseAnnotation}: ${object.metadata.annotations[pauseAnnotation]}` : [],
    spec.suspend ? 'spec.suspend' : [],
    spec.dryRun ? 'spec.dryRun' : [],
  ].flat()

/** The status in lines for people. */
export const pauseStatusLines = ({ sweeps, policies }: PauseStatus): string[] => {
  const since = sweeps.changedAt === undefined ? '' : `, set at ${sweeps.changedAt}`
  const value = sweeps.value === undefined ? 'is missing' : `is ${JSON.stringify(sweeps.value)}${since}`
  return [
    `sweeps are ${sweeps.paused ? 'paused' : 'running'}: SSM parameter ${sweeps.parameter} ${value}`,
    ...policies.map(({ policy, stoppedBy }) =>
      stoppedBy.length === 0
        ? `policy ${policy} ${sweeps.paused ? 'is stopped with all others' : 'runs'}`
        : `policy ${policy} is stopped by ${stoppedBy.join(' and by ')}`,
    ),
  ]
}
