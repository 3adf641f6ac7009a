import { registryContract } from '../../../../contract/registry.ts'
import { ghcrOf } from './ghcr-world.ts'

registryContract('GHCR, a package of an organisation', () => ghcrOf('team'))
