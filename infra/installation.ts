import { type App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Config } from './config.ts'
import { PipelineStack } from './stacks/pipeline.ts'
import { StateStack } from './stacks/state.ts'

/** Both stacks of one installation, with the checks that fail the synth. */
export function addInstallation(app: App, config: Config): { state: StateStack; pipeline: PipelineStack } {
  const env = config.env && { env: withoutUndefined(config.env) }
  const state = new StateStack(app, 'ShelflifeState', { ...env, terminationProtection: true })
  const pipeline = new PipelineStack(app, 'ShelflifePipeline', { ...env, config, state })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  return { state, pipeline }
}

const withoutUndefined = ({ account, region }: NonNullable<Config['env']>) => ({
  ...(account && { account }),
  ...(region && { region }),
})
