import { rm } from 'node:fs/promises'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { startAwsEndpoint } from '../../../../cli/embedded/aws/endpoint.ts'
import { parseEventPattern } from '../../../../cli/embedded/aws/event-pattern.ts'
import { busContract } from '../../../contract/bus.ts'
import { queueContract } from '../../../contract/queue.ts'
import { accessKey } from '../../../support/access-key.ts'
import { clientOptions, freshFolder } from './embedded-aws.ts'

const start = async () => {
  const dataDir = await freshFolder()
  const aws = await startAwsEndpoint({ dataDir, accessKey })
  const stop = async () => {
    await aws.close()
    await rm(dataDir, { recursive: true })
  }
  return { aws, stop }
}

queueContract('the embedded endpoint', async () => {
  const { aws, stop } = await start()
  return { client: new SQSClient(clientOptions(aws.endpoint)), stop }
})

busContract('the embedded endpoint', async () => {
  const { aws, stop } = await start()
  return {
    events: new EventBridgeClient(clientOptions(aws.endpoint)),
    queues: new SQSClient(clientOptions(aws.endpoint)),
    createRule: async ({ name, busName, pattern, queueName, messageGroupId }) => {
      aws.queues.create({ name: queueName, contentBasedDeduplication: true })
      const target = { queue: queueName, messageGroupId }
      aws.bus.putRule({ name, busName, pattern: parseEventPattern(pattern), target })
      return aws.queueUrl(queueName)
    },
    stop,
  }
})
