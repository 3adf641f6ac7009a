import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { FunctionName } from '../../shared/wiring.ts'
import { type Invocation, lambdaHandler } from './lambda-handler.ts'
import { handleBatch } from './partial-batch.ts'
import type { QueueMessages } from './queue-messages.ts'

/** How the messages of one queue are read and handled. */
export interface QueueConsumer<TMessage> {
  /** @throws InvalidInputError for what can never succeed: the message is logged and dropped */
  readonly parse: (body: string) => TMessage
  /** What every line of the log says of this message. */
  readonly keysOf: (message: TMessage) => LogKeys
  /** The message may have been delivered before. A throw gives it back to the queue. */
  readonly handle: (message: TMessage, invocation: Invocation) => Promise<void>
  readonly messages: QueueMessages
}

interface LogKeys {
  /** `registry/path`. */
  readonly repository: string
  readonly correlation_id?: string | undefined
  /** `cluster/namespace/name/runId`, as `history` prints it and `restore --run` takes it. */
  readonly run?: string
}

/** The handler of a function that a queue alone triggers. */
export const queueHandler = <TMessage>(name: FunctionName, consumer: QueueConsumer<TMessage>) =>
  lambdaHandler<SQSEvent, SQSBatchResponse>(name, (event, invocation) => consumeBatch(event, invocation, consumer))

/** Each message has a logger of its own, since the groups of a batch are handled side by side. */
export const consumeBatch = <TMessage>(
  event: SQSEvent,
  invocation: Invocation,
  { parse, keysOf, handle, messages }: QueueConsumer<TMessage>,
): Promise<SQSBatchResponse> =>
  handleBatch(event, {
    log: invocation.log,
    logOf: ({ messageId }) => invocation.log.createChild({ persistentKeys: { message_id: messageId } }),
    handleRecord: async ({ body }, log) => {
      const message = parse(body)
      log.appendPersistentKeys({ ...keysOf(message) })
      await handle(message, { ...invocation, log })
    },
    messages,
  })
