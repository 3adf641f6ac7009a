import { Annotations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { installationNames } from '../shared/installation-names.ts'
import { grantWarnings, labelKeysNote, refuseMissingGrants } from '../shared/settings/grant-checks.ts'
import type { Config } from './config.ts'
import { accessEntryNote, eksClustersOf } from './constructs/eks-clusters.ts'
import { noteEndpoints, noteUnknownRegion } from './constructs/vpc-endpoints.ts'
import { applyHouseRules, noteKeyPolicy } from './house-rules.ts'
import { pullTimeNote } from './pull-time-note.ts'
import { PipelineStack } from './stacks/pipeline.ts'
import { StateStack } from './stacks/state.ts'
import { WorkStack } from './stacks/work.ts'

/**
/**
 * The stacks of one installation, and what a synth says about grants and pull times. Their names do not follow from the
 * scope: what was deployed from one app is found by another.
 * @throws InvalidInputError where a registry with a credential says nothing of who may use it
 */
export function addInstallation(
  scope: Construct,
  config: Config,
): { state: StateStack; work: WorkStack; pipeline: PipelineStack } {
  refuseMissingGrants(config.settings, 'config.settings')
  const env = config.env && { env: withoutUndefined(config.env) }
  const { layerArchiveDays } = config.settings
  const names = installationNames(config.name)
  const state = new StateStack(scope, names.stateStack, {
    ...env,
    stackName: names.stateStack,
    terminationProtection: true,
    layerArchiveDays,
    names,
    adopt: config.adopt,
    asksEks: eksClustersOf(config.settings).length > 0,
  })
  const work = new WorkStack(scope, names.workStack, {
    ...env,
    stackName: names.workStack,
    terminationProtection: true,
    config,
    names,
  })
  const pipeline = new PipelineStack(scope, names.pipelineStack, {
    ...env,
    stackName: names.pipelineStack,
    config,
    state,
    work,
    names,
  })
  const notes = Annotations.of(pipeline)
  for (const { id, text } of grantWarnings(config.settings)) notes.addWarningV2(id, text)
  const labels = labelKeysNote(config.settings)
  // A note below a warning is not shown by `cdk synth --quiet`; who has closed the labels may acknowledge it.
  if (labels !== undefined) notes.addWarningV2('shelflife:grant-labels', labels)
  const pullTimes = pullTimeNote(config.settings, pipeline, config.pullTimeExclusions)
  if (pullTimes !== undefined) notes.addWarningV2('shelflife:pull-times', pullTimes)
  const entries = accessEntryNote(config.settings, pipeline, state)
  if (entries !== undefined) notes.addWarningV2('shelflife:access-entries', entries)
  noteKeyPolicy(pipeline, config.houseRules)
  if (config.vpc?.endpoints === 'list') noteEndpoints(pipeline, config.vpc, config.settings)
  if (config.vpc?.endpoints === 'create') noteUnknownRegion(pipeline, config.settings)
  applyHouseRules(scope, config.houseRules)
  return { state, work, pipeline }
}

const withoutUndefined = ({ account, region }: NonNullable<Config['env']>) => ({
  ...(account && { account }),
  ...(region && { region }),
})
