import { secondsOf } from '../../shared/domain/instant.ts'
import { ConflictError } from '../../shared/errors.ts'
import { isPaused, type Policy, pauseAnnotation } from '../../shared/objects/policy-object.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { getPolicy } from '../connect/find-policy.ts'
import type { Installation } from '../connect/installation.ts'

/** What pausing or resuming did, in lines for people. */
export type Report = readonly string[]

type PausePlatform = Pick<Installation, 'killSwitchHand' | 'killSwitchParameter'>

/** Stops every sweep of the installation. Safe to repeat. */
export async function pauseAll({ killSwitchHand, killSwitchParameter }: PausePlatform): Promise<Report> {
  const before = await killSwitchHand.getState()
  // Also where another value stops them already: what people then read in the parameter says so.
  await killSwitchHand.setPaused(true)
  const since = before.changedAt === undefined ? '' : ` since ${secondsOf(before.changedAt)}`
  return [
    before.isPaused && before.value !== undefined
      ? `all sweeps were paused already${since}`
      : `all sweeps are paused: nothing is marked or deleted, and one that runs stops before its next deletion`,
    `the switch is the SSM parameter ${killSwitchParameter}; go on with: npx shelflife resume`,
  ]
}

/** Lets sweeps run again. Safe to repeat. */
export async function resumeAll({ killSwitchHand, killSwitchParameter }: PausePlatform): Promise<Report> {
  const { isPaused: wasPaused } = await killSwitchHand.getState()
  await killSwitchHand.setPaused(false)
  return [
    wasPaused
      ? 'sweeps run again: what is marked and whose grace is over is verified again and deleted by the next runs'
      : 'sweeps were not paused',
    `the switch is the SSM parameter ${killSwitchParameter}; stop them with: npx shelflife pause`,
  ]
}

/** Pauses one policy by the annotation on its object. Safe to repeat. */
export async function pausePolicy(name: string, installation: Installation, now: Date): Promise<Report> {
  const clusters = await installation.connectClusters()
  const { policy } = await getPolicy(name, clusters)
  const before = policy.object.metadata.annotations[pauseAnnotation]
  const next = `go on with: npx shelflife resume --policy ${name}`
  if (isPaused(policy)) return [`policy ${policy.id} was paused already: ${before}`, next]
  const value = `${secondsOf(now)} by ${await installation.findActor()}`
  await annotatePolicy(name, clusters, value)
  return [
    `policy ${policy.id} is paused: it marks and deletes nothing, its marks stay as they are`,
    `the switch is its annotation ${pauseAnnotation}; ${next}`,
  ]
}

/** Takes the annotation off again. Safe to repeat. */
export async function resumePolicy(name: string, installation: Installation): Promise<Report> {
  const clusters = await installation.connectClusters()
  const { policy } = await getPolicy(name, clusters)
  const wasPaused = isPaused(policy)
  if (policy.object.metadata.annotations[pauseAnnotation] !== undefined) await annotatePolicy(name, clusters, null)
  const still = await stillStopped(policy, installation)
  return [
    wasPaused
      ? `policy ${policy.id} runs again: what is marked and whose grace is over is verified again and deleted by its next run`
      : `policy ${policy.id} was not paused`,
    ...still,
  ]
}

const stillStopped = async ({ id, spec }: Policy, { killSwitch }: Installation): Promise<string[]> =>
  [
    spec.suspend ? `policy ${id} is suspended all the same (spec.suspend)` : [],
    (await killSwitch.isPaused()) ? 'all sweeps are paused all the same; go on with: npx shelflife resume' : [],
  ].flat()

/** Read again once where the object moved on meanwhile: its status is written every now and then. */
async function annotatePolicy(
  name: string,
  clusters: readonly Cluster[],
  value: string | null,
  isRetry = false,
): Promise<void> {
  const { policy, cluster } = await getPolicy(name, clusters)
  try {
    await cluster.annotate(policy.object, { [pauseAnnotation]: value })
  } catch (error) {
    if (!(error instanceof ConflictError) || isRetry) throw error
    await annotatePolicy(name, clusters, value, true)
  }
}
