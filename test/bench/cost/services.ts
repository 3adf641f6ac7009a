import { createHash, randomBytes } from 'node:crypto'
import type { Counts } from './counts.ts'

/** What a function sent, and nobody took yet. */
export interface Sent {
  /** Bodies of messages by the name of the queue. */
  readonly messages: { readonly queue: string; readonly body: string }[]
  readonly events: { readonly type: string; readonly detail: string }[]
}

/** One request of SQS has at most so many bytes, and one event of the bus. */
const chunkBytes = 64 * 1024

const dataKeyBytes = 32
/** What KMS makes of such a key. */
const blobBytes = 184

/** By which the client tells that what it sent arrived whole. */
const md5Of = (text: string): string => createHash('md5').update(text).digest('hex')

const chunks = (text: string): number => Math.max(1, Math.ceil(Buffer.byteLength(text) / chunkBytes))

/** SQS, EventBridge, Secrets Manager, KMS and SSM, as far as functions call them: answers are good, and what is sent is kept. */
export class Services {
  readonly #counts: Counts
  readonly #secrets = new Map<string, string>()
  readonly #secretOf: (id: string) => string | undefined
  readonly #url: () => string
  #sent: Sent = { messages: [], events: [] }

  /** `url` is where they are called. */
  constructor(counts: Counts, secretOf: (id: string) => string | undefined, url: () => string) {
    this.#counts = counts
    this.#url = url
    this.#secretOf = secretOf
  }

  take(): Sent {
    const sent = this.#sent
    this.#sent = { messages: [], events: [] }
    return sent
  }

  /** Status and body for a call `AmazonSQS.SendMessageBatch`. */
  answer(target: string, text: string): readonly [number, string] {
    const [service = '', operation = ''] = target.split('.')
    const request = JSON.parse(text) as Record<string, unknown>
    const answer = this.#answer(service, operation, request, text)
    return answer === undefined
      ? [400, JSON.stringify({ __type: 'ResourceNotFoundException', message: 'not there' })]
      : [200, JSON.stringify(answer)]
  }

  #answer(service: string, operation: string, request: Record<string, unknown>, text: string): unknown {
    if (service === 'AmazonSQS') return this.#queue(operation, request, text)
    if (service === 'AWSEvents') return this.#bus(request)
    if (service === 'secretsmanager') return this.#secret(operation, request)
    if (service === 'TrentService') return this.#key(operation, request)
    this.#counts.add('ssm.calls', 1)
    return { Parameter: { Name: request.Name, Value: 'running' } }
  }

  #queue(operation: string, { QueueName, QueueUrl, Entries = [] }: Record<string, unknown>, text: string): unknown {
    this.#counts.add('sqs.requests', chunks(text))
    if (operation === 'GetQueueUrl') return { QueueUrl: `${this.#url()}/000000000000/${QueueName}` }
    const entries = Entries as { readonly Id: string; readonly MessageBody?: string }[]
    const queue = String(QueueUrl).split('/').at(-1) ?? ''
    for (const { MessageBody } of entries)
      if (MessageBody !== undefined) this.#sent.messages.push({ queue, body: MessageBody })
    const taken = entries.map(({ Id, MessageBody = '' }) => ({
      Id,
      MessageId: Id,
      MD5OfMessageBody: md5Of(MessageBody),
    }))
    return { Successful: taken, Failed: [] }
  }

  #bus({ Entries }: Record<string, unknown>): unknown {
    const entries = Entries as { readonly DetailType: string; readonly Detail: string }[]
    for (const { DetailType, Detail } of entries) {
      this.#counts.add('bus.events', chunks(Detail))
      this.#sent.events.push({ type: DetailType, detail: Detail })
    }
    return { FailedEntryCount: 0, Entries: entries.map((_, at) => ({ EventId: String(at) })) }
  }

  /** A blob, as long as that of KMS, begins with the key itself here. */
  #key(operation: string, { CiphertextBlob }: Record<string, unknown>): unknown {
    this.#counts.add('kms.requests', 1)
    const blob = operation === 'Decrypt' ? Buffer.from(String(CiphertextBlob), 'base64') : randomBytes(blobBytes)
    const Plaintext = blob.subarray(0, dataKeyBytes).toString('base64')
    return { Plaintext, CiphertextBlob: blob.toString('base64') }
  }

  #secret(operation: string, { SecretId, Name, SecretString }: Record<string, unknown>): unknown {
    this.#counts.add('secrets.calls', 1)
    const id = String(SecretId ?? Name)
    if (operation === 'DeleteSecret') this.#secrets.delete(id)
    else if (SecretString !== undefined) this.#secrets.set(id, String(SecretString))
    if (operation !== 'GetSecretValue') return { Name: id }
    const value = this.#secrets.get(id) ?? this.#secretOf(id)
    return value === undefined ? undefined : { Name: id, SecretString: value }
  }
}
