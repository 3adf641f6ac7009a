import { onEmbeddedApiIfPossible } from '../scenarios/on-embedded-api.ts'
import { pipelineScenarios } from '../scenarios/pipelines.ts'
import { seedScriptScenarios } from '../scenarios/seed-scripts.ts'

// With real servers: test/real/suites/seed-scripts.test.ts.
onEmbeddedApiIfPossible((world, path) => {
  seedScriptScenarios(world, path)
  pipelineScenarios(world, path)
})
