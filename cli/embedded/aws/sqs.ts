import { AwsError } from './aws-error.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { action, type JsonService } from './json-protocol.ts'
import { moveTaskActions } from './move-tasks.ts'
import type { Queue } from './queue.ts'
import { attributesOf, definitionOf } from './queue-attributes.ts'
import * as schemas from './queue-schemas.ts'
import { queueUrlOf } from './queue-url.ts'
import type { Queues } from './queues.ts'
import { pick, receiveMessages } from './sqs-receive.ts'
import { checkBatchSize, sendMessage } from './sqs-send.ts'

const maxBatchEntries = 10

/** SQS over its JSON protocol. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/ */
export const sqsService = (queues: Queues, identity: AwsIdentity): JsonService => ({
  target: 'AmazonSQS',
  namespace: 'com.amazonaws.sqs',
  validationCode: 'InvalidParameterValue',
  isQueryCompatible: true,
  actions: { ...messageActions(queues, identity), ...queueActions(queues, identity), ...moveTaskActions(queues) },
})

const messageActions = (queues: Queues, identity: AwsIdentity): JsonService['actions'] => ({
  SendMessage: action(schemas.sendInput, input => sendMessage(queueAt(queues, input.QueueUrl), input)),
  SendMessageBatch: action(schemas.sendBatchInput, input => {
    const queue = queueAt(queues, input.QueueUrl)
    checkBatchSize(input.Entries)
    return performBatch(input.Entries, entry => sendMessage(queue, entry))
  }),
  ReceiveMessage: action(schemas.receiveInput, (input, call) =>
    receiveMessages(queueAt(queues, input.QueueUrl), input, call, identity),
  ),
  DeleteMessage: action(schemas.deleteInput, input => queueAt(queues, input.QueueUrl).delete(input.ReceiptHandle)),
  DeleteMessageBatch: action(schemas.deleteBatchInput, input => {
    const queue = queueAt(queues, input.QueueUrl)
    return performBatch(input.Entries, entry => {
      queue.delete(entry.ReceiptHandle)
      return {}
    })
  }),
  ChangeMessageVisibility: action(schemas.changeVisibilityInput, input =>
    queueAt(queues, input.QueueUrl).changeVisibility(input.ReceiptHandle, input.VisibilityTimeout * 1000),
  ),
  ChangeMessageVisibilityBatch: action(schemas.changeVisibilityBatchInput, input => {
    const queue = queueAt(queues, input.QueueUrl)
    return performBatch(input.Entries, entry => {
      queue.changeVisibility(entry.ReceiptHandle, entry.VisibilityTimeout * 1000)
      return {}
    })
  }),
})

const queueActions = (queues: Queues, identity: AwsIdentity): JsonService['actions'] => ({
  GetQueueAttributes: action(schemas.attributesInput, input => ({
    Attributes: pick(
      attributesOf(queueAt(queues, input.QueueUrl), name => arnOf(identity, 'sqs', name)),
      input.AttributeNames,
    ),
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
})

const queueAt = (queues: Queues, url: string): Queue => queueNamed(queues, url.slice(url.lastIndexOf('/') + 1))

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
