import { KMSClient } from '@aws-sdk/client-kms'
import { createSealer } from '../../shared/adapters/sealing/kms-sealer.ts'
import { requireVariable } from '../runtime/environment.ts'

/** For the functions that the wiring lets open or seal copies of credentials, and in their bundles alone. */
export const openSealer = () => createSealer(new KMSClient(), requireVariable('sealingKey'))
