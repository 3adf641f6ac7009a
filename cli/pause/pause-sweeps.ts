import { secondsOf } from '../../shared/domain/instant.ts'
import { isPaused, type Policy, pauseAnnotation } from '../../shared/objects/policy-object.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { saveLatest } from '../../shared/records/save-latest.ts'
import type { Rulebook } from '../../shared/settings.ts'
import { getPolicy } from '../connect/find-policy.ts'
import type { Installation } from '../connect/installation.ts'
import { refuseOther, whoseIs } from '../connect/whose-cluster.ts'
import { commandName } from '../io/command-name.ts'

/** What pausing or resuming did, in lines for people. */
export type Report = readonly string[]

type PausePlatform = Pick<Installation, 'killSwitchControl' | 'killSwitchParameter'>

/** Stops every sweep of the installation. Safe to repeat. */
export async function pauseAll({ killSwitchControl, killSwitchParameter }: PausePlatform): Promise<Report> {
  const before = await killSwitchControl.getState()
  // Also where another value stops them already: what people then read in the parameter says so.
  await killSwitchControl.setPaused(true)
  const since = before.changedAt === undefined ? '' : ` since ${secondsOf(before.changedAt)}`
  return [
    before.isPaused && before.value !== undefined
      ? `all sweeps were paused already${since}`
      : `all sweeps are paused: nothing is marked or deleted, and one that runs stops before its next deletion`,
    `the switch is the SSM parameter ${killSwitchParameter}; continue with: ${commandName} resume`,
  ]
}

/** Lets sweeps run again. Safe to repeat. */
export async function resumeAll({ killSwitchControl, killSwitchParameter }: PausePlatform): Promise<Report> {
  const { isPaused: wasPaused } = await killSwitchControl.getState()
  await killSwitchControl.setPaused(false)
  return [
    wasPaused
      ? 'sweeps run again: what is marked and whose grace is over is verified again and deleted by the next runs'
      : 'sweeps were not paused',
    `the switch is the SSM parameter ${killSwitchParameter}; stop them with: ${commandName} pause`,
  ]
}

/**
 * Pauses one policy by the annotation on its object. Safe to repeat. Whoever the cluster belongs to obeys it, and that a policy
 * deletes nothing hurts nobody: it is only said.
 */
export async function pausePolicy(name: string, installation: Installation, now: Date): Promise<Report> {
  const clusters = await installation.connectClusters()
  const { policy, cluster } = await getPolicy(name, clusters, installation.rulebook.limits)
  const whose = await whoseIs(cluster, installation)
  const others =
    whose.kind === 'other' ? [`it is of installation ${whose.holder}, to which cluster ${cluster.name} belongs`] : []
  const before = policy.object.metadata.annotations[pauseAnnotation]
  const next = `continue with: ${commandName} resume --policy ${name}`
  if (isPaused(policy)) return [`policy ${policy.id} was paused already: ${before}`, ...others, next]
  const value = `${secondsOf(now)} by ${await installation.findActor()}`
  await annotatePolicy(name, clusters, installation.rulebook, value)
  return [
    `policy ${policy.id} is paused: it marks and deletes nothing, its marks stay as they are`,
    ...others,
    `the switch is its annotation ${pauseAnnotation}; ${next}`,
  ]
}

/** Takes the annotation off again. Safe to repeat. @throws AccessDeniedError in a cluster of another installation, which would delete */
export async function resumePolicy(name: string, installation: Installation): Promise<Report> {
  const clusters = await installation.connectClusters()
  const { policy, cluster } = await getPolicy(name, clusters, installation.rulebook.limits)
  const doubts = await refuseOther(cluster, installation, 'nothing was resumed')
  const wasPaused = isPaused(policy)
  if (policy.object.metadata.annotations[pauseAnnotation] !== undefined)
    await annotatePolicy(name, clusters, installation.rulebook, null)
  const still = await stillStopped(policy, installation)
  return [
    wasPaused
      ? `policy ${policy.id} runs again: what is marked and whose grace is over is verified again and deleted by its next run`
      : `policy ${policy.id} was not paused`,
    ...still,
    ...doubts,
  ]
}

const stillStopped = async ({ id, spec }: Policy, { killSwitch }: Installation): Promise<string[]> =>
  [
    spec.suspend ? `policy ${id} is suspended all the same (spec.suspend)` : [],
    (await killSwitch.isPaused()) ? `all sweeps are paused all the same; continue with: ${commandName} resume` : [],
  ].flat()

/** Read again once where the object moved on meanwhile: its status is written every now and then. */
const annotatePolicy = (
  name: string,
  clusters: readonly Cluster[],
  { limits }: Rulebook,
  value: string | null,
): Promise<void> =>
  saveLatest(async () => {
    const { policy, cluster } = await getPolicy(name, clusters, limits)
    await cluster.annotate(policy.object, { [pauseAnnotation]: value })
  }, 2)
