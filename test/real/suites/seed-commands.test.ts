import { seedCommandScenarios } from '../../scenarios/seed-commands.ts'
import { onBothApis } from './on-both-apis.ts'

onBothApis(seedCommandScenarios)
