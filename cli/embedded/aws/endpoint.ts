import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from 'hono'
import type { OwnTransport } from '../../../shared/own-aws.ts'
import type { AccessKey } from '../access-key.ts'
import { Bus, type BusRule } from './bus.ts'
import { cloudWatchService } from './cloudwatch.ts'
import { lockFolder } from './folder-lock.ts'
import { type AwsIdentity, localAccountId } from './identity.ts'
import { answerJsonCall, type JsonService } from './json-protocol.ts'
import { kmsService } from './kms.ts'
import { serveOnLoopback } from './listen.ts'
import { MultipartUploads } from './multipart-uploads.ts'
import { BucketStore, type Expiry } from './object-store.ts'
import { parametersService } from './parameters.ts'
import type { QueueDefinition } from './queue-definition.ts'
import { queueUrlOf } from './queue-url.ts'
import { Queues } from './queues.ts'
import { requireSignature } from './require-signature.ts'
import { ownPut, type S3Parts, s3Routes } from './s3.ts'
import { s3Transport } from './s3-transport.ts'
import { secretsService } from './secrets.ts'
import { sqsService } from './sqs.ts'

export interface LocalAwsOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Everything the endpoint keeps lies here; it must belong to one process at a time. */
  readonly dataDir: string
  /** Requests that are not signed with it are refused. */
  readonly accessKey: AccessKey
  readonly region?: string
  /** Secrets that are there as files of their names. */
  readonly secretsFolder?: string | undefined
  /** Dead-letter queues before the queues that name them. */
  readonly queues?: readonly QueueDefinition[]
  readonly buses?: readonly string[]
  readonly rules?: readonly BusRule[]
  readonly buckets?: readonly string[]
  /** Aliases of KMS keys, without `alias/`; one that is not there is made. */
  readonly keys?: readonly string[]
  /** Which objects end by themselves, in all buckets. */
  readonly expiries?: readonly Expiry[]
  /** Told of calls to a service that is not there, of events that could not be delivered and of failures of the endpoint itself. */
  readonly onUnhandled?: (error: Error) => void
  readonly now?: () => number
}

export interface LocalAws {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly identity: AwsIdentity
  /** The variables by which AWS clients made without options find the endpoint, and the key that they sign with. */
  readonly environment: Readonly<Record<string, string>>
  readonly queues: Queues
  readonly bus: Bus
  /** By it the clients of this process reach S3 without sockets and signatures. */
  readonly archive: OwnTransport
  queueUrl(name: string): string
  /** Ends long polls, answers nothing more and closes the files; may be called twice. */
  close(): Promise<void>
}

const maxRequestBytes = 72 * 1024 * 1024
const expireEveryMs = 6 * 3600 * 1000

/**
 * Serves SQS, EventBridge, Secrets Manager, KMS, SSM parameters, S3 and the ages of queues that CloudWatch tells, on 127.0.0.1 for
 * the real AWS clients. Signatures are verified: every user of the machine reaches the loopback interface, and what is kept here is one user's.
 */
export const startAwsEndpoint = async (options: LocalAwsOptions): Promise<LocalAws> => {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(options.dataDir)
  try {
    return await start(options, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

const start = async (options: LocalAwsOptions, unlock: () => void): Promise<LocalAws> => {
  const identity = { accountId: localAccountId, region: options.region ?? 'us-east-1' }
  const parts = await openParts(options, identity)
  const closing = new AbortController()
  const app = routes({ ...parts, accessKey: options.accessKey, closing: closing.signal })
  const listening = await serveOnLoopback(app, options.port ?? 0, 'the embedded AWS endpoint').catch(error => {
    parts.queues.close()
    throw error
  })
  const endpoint = `http://127.0.0.1:${listening.port}`
  return {
    endpoint,
    identity,
    environment: environmentOf(endpoint, identity, options.accessKey),
    queues: parts.queues,
    bus: parts.bus,
    archive: s3Transport(s3Routes(parts.s3, parts.onUnhandled), ownPut(parts.s3.store)),
    queueUrl: name => queueUrlOf(endpoint, identity, name),
    close: async () => {
      closing.abort()
      clearInterval(parts.expiring)
      await listening.close()
      parts.queues.close()
      unlock()
    },
  }
}

const openParts = async (options: LocalAwsOptions, identity: AwsIdentity) => {
  const { dataDir, now = Date.now, onUnhandled = () => {} } = options
  const store = new BucketStore(join(dataDir, 'objects'), now, options.expiries)
  const uploads = new MultipartUploads(join(dataDir, 'uploads'), now)
  for (const bucket of options.buckets ?? []) await store.createBucket(bucket)
  const expiring = setInterval(() => void expire().catch(onUnhandled), expireEveryMs).unref()
  const expire = () => Promise.all([store.removeExpired(), uploads.removeForgotten()])
  await expire()
  const queues = new Queues(join(dataDir, 'queues'), identity, now)
  for (const definition of options.queues ?? []) queues.create(definition)
  const bus = new Bus({ queues, identity, now, onUndelivered: onUnhandled })
  for (const name of options.buses ?? []) bus.createBus(name)
  for (const rule of options.rules ?? []) bus.putRule(rule)
  const services = [
    sqsService(queues, identity),
    cloudWatchService(queues, now),
    bus.service(),
    secretsService(join(dataDir, 'secrets.json'), identity, now, options.secretsFolder),
    kmsService(join(dataDir, 'keys.json'), identity, options.keys ?? []),
    parametersService(join(dataDir, 'parameters.json'), identity, now),
  ]
  return { s3: { store, uploads }, expiring, queues, bus, services, onUnhandled }
}

const environmentOf = (endpoint: string, identity: AwsIdentity, key: AccessKey): Record<string, string> => ({
  AWS_REGION: identity.region,
  AWS_ACCESS_KEY_ID: key.accessKeyId,
  AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
  AWS_ENDPOINT_URL_EVENTBRIDGE: endpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  AWS_ENDPOINT_URL_KMS: endpoint,
  AWS_ENDPOINT_URL_SSM: endpoint,
  AWS_ENDPOINT_URL_S3: endpoint,
})

interface RouteDeps {
  readonly accessKey: AccessKey
  readonly services: readonly JsonService[]
  readonly s3: S3Parts
  readonly onUnhandled: (error: Error) => void
  readonly closing: AbortSignal
}

const routes = (deps: RouteDeps) => {
  const { accessKey, services } = deps
  const app = requireSignature({ accessKey, services, maxBytes: maxRequestBytes })
  app.post('*', (c, next) => {
    const target = c.req.header('x-amz-target')
    return target === undefined ? next() : answer(deps, c, target)
  })
  app.route('/', s3Routes(deps.s3, deps.onUnhandled))
  return app
}

const answer = async (deps: RouteDeps, c: Context, targetHeader: string): Promise<Response> =>
  answerJsonCall(deps.services, {
    targetHeader,
    contentType: c.req.header('content-type') ?? 'application/x-amz-json-1.1',
    body: await c.req.text(),
    context: {
      signal: AbortSignal.any([c.req.raw.signal, deps.closing]),
      endpoint: new URL(c.req.url).origin,
    },
    onUnhandled: deps.onUnhandled,
  })
