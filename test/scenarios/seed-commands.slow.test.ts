import { onEmbeddedApiIfPossible } from './on-embedded-api.ts'
import { seedCommandScenarios } from './seed-commands.ts'

// With real servers: test/real/suites/seed-commands.test.ts.
onEmbeddedApiIfPossible(seedCommandScenarios)
