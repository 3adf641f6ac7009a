import { AwsError } from './aws-error.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { action, type JsonService } from './json-protocol.ts'
import type { Queue } from './queue.ts'
import { attributesOf, definitionOf } from './queue-attributes.ts'
import * as schemas from './queue-schemas.ts'
import type { Queues } from './queues.ts'
import { pick, receiveMessages } from './sqs-receive.ts'
import { checkBatchSize, sendMessage } from './sqs-send.ts'

const maxBatchEntries = 10

/** SQS over its JSON protocol. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export const sqsService = (queues: Queues, identity: AwsIdentity): JsonService => {
  const queueOf = (url: string): Queue => queueNamed(queues, url.slice(url.lastIndexOf('/') + 1))
  const arnOfName = (name: string) => arnOf(identity, 'sqs', name)
  return {
    target: 'AmazonSQS',
    namespace: 'com.amazonaws.sqs',
    validationCode: 'InvalidParameterValue',
    actions: {
      SendMessage: action(schemas.sendInput, input => sendMessage(queueOf(input.QueueUrl), input)),
      SendMessageBatch: action(schemas.sendBatchInput, input => {
        const queue = queueOf(input.QueueUrl)
        checkBatchSize(input.Entries)
        return performBatch(input.Entries, entry => sendMessage(queue, entry))
      }),
      ReceiveMessage: action(schemas.receiveInput, (input, call) =>
        receiveMessages(queueOf(input.QueueUrl), input, call, identity),
      ),
      DeleteMessage: action(schemas.deleteInput, input => queueOf(input.QueueUrl).delete(input.ReceiptHandle)),
      DeleteMessageBatch: action(schemas.deleteBatchInput, input => {
        const queue = queueOf(input.QueueUrl)
        return performBatch(input.Entries, entry => {
          queue.delete(entry.ReceiptHandle)
          return {}
        })
      }),
      ChangeMessageVisibility: action(schemas.changeVisibilityInput, input =>
        queueOf(input.QueueUrl).changeVisibility(input.ReceiptHandle, input.VisibilityTimeout * 1000),
      ),
      GetQueueAttributes: action(schemas.attributesInput, input => ({
        Attributes: pick(attributesOf(queueOf(input.QueueUrl), arnOfName), input.AttributeNames),
      })),
      GetQueueUrl: action(schemas.queueNameInput, (input, call) => {
        queueNamed(queues, input.QueueName)
        return { QueueUrl: queueUrlOf(call.endpoint, identity, input.QueueName) }
      }),
      ListQueues: action(schemas.listInput, (input, call) => ({
        QueueUrls: queues
          .names()
          .filter(name => name.startsWith(input.QueueNamePrefix))
          .map(name => queueUrlOf(call.endpoint, identity, name)),
      })),
      CreateQueue: action(schemas.createInput, (input, call) => {
        const queue = queues.create(definitionOf(input.QueueName, input.Attributes))
        return { QueueUrl: queueUrlOf(call.endpoint, identity, queue.settings.name) }
      }),
    },
  }
}

export const queueUrlOf = (endpoint: string, identity: AwsIdentity, name: string): string =>
  `${endpoint}/${identity.accountId}/${name}`

const queueNamed = (queues: Queues, name: string): Queue => {
  const queue = queues.find(name)
  if (queue) return queue
  throw new AwsError('QueueDoesNotExist', `The specified queue ${name} does not exist.`, {
    queryCode: 'AWS.SimpleQueueService.NonExistentQueue',
  })
}

const performBatch = <E extends { Id: string }>(entries: readonly E[], perform: (entry: E) => object) => {
  if (entries.length === 0)
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.')
  if (entries.length > maxBatchEntries) {
    throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${maxBatchEntries}.`)
  }
  if (new Set(entries.map(entry => entry.Id)).size < entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.')
  }
  const Successful: object[] = []
  const Failed: object[] = []
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...perform(entry) })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: error.status < 500 })
    }
  }
  return { Successful, Failed }
}
