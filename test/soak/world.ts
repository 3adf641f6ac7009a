import type { Model } from './model.ts'
import type { Pipeline } from './pipeline.ts'

/** Everything one round has: the real parts, the model of what is true, and the product at work between them. */
export interface World extends Model {
  readonly pipeline: Pipeline
}
