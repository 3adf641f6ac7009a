import { startAwsEndpoint } from '../../../../cli/embedded/aws/endpoint.ts'
import { accessKey } from '../../../support/access-key.ts'

/** A process of its own, to be killed: serves the folder named by its argument and tells where. */
const aws = await startAwsEndpoint({
  dataDir: process.argv[2] ?? '',
  accessKey,
  queues: [
    { name: 'dead.fifo' },
    { name: 'work.fifo', deadLetter: { queue: 'dead.fifo', maxReceiveCount: 2 } },
    { name: 'plain' },
  ],
})
console.log(aws.endpoint)
