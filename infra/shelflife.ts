import { Construct } from 'constructs'
import cdkJson from '../cdk.json' with { type: 'json' }
import { type ConfigInput, parseConfig } from './config.ts'
import { addInstallation } from './installation.ts'
import type { PipelineStack } from './stacks/pipeline.ts'
import type { StateStack } from './stacks/state.ts'
import type { WorkStack } from './stacks/work.ts'

export type { ConfigInput } from './config.ts'

/**
 * An installation in somebody's own CDK app: below an App, a Stage or a Stack stand its three stacks, `ShelflifeState` and
 * `ShelflifeWork`, which are retained and protected, and `ShelflifePipeline`. They are the same whichever feature flags that
 * app has set.
 */
export class Shelflife extends Construct {
  readonly state: StateStack
  readonly work: WorkStack
  readonly pipeline: PipelineStack

  /** @throws InvalidInputError that names every field, what was expected there and what was given */
  constructor(scope: Construct, id: string, config: ConfigInput) {
    super(scope, id)
    for (const [flag, value] of Object.entries(cdkJson.context)) this.node.setContext(flag, value)
    const { state, work, pipeline } = addInstallation(this, parseConfig(config))
    this.state = state
    this.work = work
    this.pipeline = pipeline
  }
}
