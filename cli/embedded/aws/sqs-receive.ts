import { once } from 'node:events'
import type * as z from 'zod'
import type { AwsIdentity } from './identity.ts'
import type { CallContext } from './json-protocol.ts'
import { type Message, md5OfAttributes, md5OfBody } from './message.ts'
import type { Queue } from './queue.ts'
import { systemAttributesOf } from './queue-attributes.ts'
import type { receiveInput } from './queue-schemas.ts'

/** ReceiveMessage: waits up to `WaitTimeSeconds` for the first message and answers with what is ready then. */
export const receiveMessages = async (
  queue: Queue,
  input: z.output<typeof receiveInput>,
  call: CallContext,
  identity: AwsIdentity,
) => {
  const request = {
    maxMessages: input.MaxNumberOfMessages,
    visibilityTimeoutMs: input.VisibilityTimeout === undefined ? undefined : input.VisibilityTimeout * 1000,
  }
  const deadline = AbortSignal.any([call.signal, AbortSignal.timeout(input.WaitTimeSeconds * 1000)])
  let messages = queue.receive(request)
  while (messages.length === 0 && input.WaitTimeSeconds > 0 && !deadline.aborted) {
    await readiness(queue, deadline)
    // A caller that has gone would take messages away with it until their visibility timeout.
    if (!call.signal.aborted) messages = queue.receive(request)
  }
  const systemNames = [...input.AttributeNames, ...input.MessageSystemAttributeNames]
  return { Messages: messages.map(message => wireMessage(message, systemNames, input.MessageAttributeNames, identity)) }
}

const readiness = async (queue: Queue, signal: AbortSignal): Promise<void> => {
  const ready = new AbortController()
  const unsubscribe = queue.onReady(() => ready.abort())
  try {
    const either = AbortSignal.any([signal, ready.signal])
    if (!either.aborted) await once(either, 'abort')
  } finally {
    unsubscribe()
  }
}

const wireMessage = (
  message: Message,
  systemNames: readonly string[],
  attributeNames: readonly string[],
  identity: AwsIdentity,
) => {
  const attributes = pick(message.attributes ?? {}, attributeNames)
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    Attributes: pick(systemAttributesOf(message, identity.accountId), systemNames),
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfAttributes(attributes),
    }),
  }
}

/** The named entries: `All` and `.*` name every one, `prefix.*` those that begin so. */
export const pick = <T>(entries: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> => {
  const isNamed = (key: string) =>
    names.some(name => name === 'All' || name === key || (name.endsWith('.*') && key.startsWith(name.slice(0, -2))))
  return Object.fromEntries(Object.entries(entries).filter(([key]) => isNamed(key)))
}
