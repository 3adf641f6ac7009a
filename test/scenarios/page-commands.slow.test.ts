import { onEmbeddedApiIfPossible } from './on-embedded-api.ts'
import { pageCommandScenarios } from './page-commands.ts'

// With real servers: test/real/suites/page-commands.test.ts.
onEmbeddedApiIfPossible((world, path) => pageCommandScenarios({ world, path, isEmbedded: true }))
