import { Annotations, type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import { installationNames } from '../shared/installation-names.ts'
import type { Config } from './config.ts'
import { accessEntryNote, eksClustersOf } from './constructs/eks-clusters.ts'
import { noteEndpoints } from './constructs/vpc-endpoints.ts'
import { grantWarnings, labelKeysNote, refuseMissingGrants } from './grant-checks.ts'
import { applyHouseRules, noteKeyPolicy } from './house-rules.ts'
import { pullTimeNote } from './pull-time-note.ts'
import { PipelineStack } from './stacks/pipeline.ts'
import { StateStack } from './stacks/state.ts'
import { WorkStack } from './stacks/work.ts'

/**
 * The stacks of one installation, with the checks that fail the synth, and what it says about grants and pull times.
 * @throws InvalidInputError where a registry with a credential says nothing of who may use it
 */
export function addInstallation(
  app: App,
  config: Config,
): {
  state: StateStack
  work: WorkStack
  pipeline: PipelineStack
} {
  refuseMissingGrants(config.settings)
  const env = config.env && { env: withoutUndefined(config.env) }
  const { layerArchiveDays } = config.settings
  const names = installationNames(config.name)
  const state = new StateStack(app, names.stateStack, {
    ...env,
    terminationProtection: true,
    layerArchiveDays,
    names,
    adopt: config.adopt,
    asksEks: eksClustersOf(config.settings).length > 0,
  })
  const work = new WorkStack(app, names.workStack, { ...env, terminationProtection: true, config, names })
  const pipeline = new PipelineStack(app, names.pipelineStack, { ...env, config, state, work, names })
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
  if (config.vpc?.endpoints === 'list') noteEndpoints(pipeline, config.vpc)
  applyHouseRules(app, config.houseRules)
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { state, work, pipeline }
}

const withoutUndefined = ({ account, region }: NonNullable<Config['env']>) => ({
  ...(account && { account }),
  ...(region && { region }),
})
