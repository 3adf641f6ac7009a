import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr'
import { byteParts } from '../../../byte-parts.ts'
import type { Digest } from '../../../domain/digest.ts'
import type { Blob } from '../../../domain/image.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { HttpClient } from '../../http/client.ts'
import type { EcrSession } from './ecr-session.ts'

/** What an answer of the store of layers that is none may have. */
const otherBytes = 64 * 1024

/**
 * The bytes of a layer or config as they come; undefined where ECR has it no more. One that ECR has archived is no such.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
 */
export async function readEcrLayer<T>(
  session: EcrSession,
  http: HttpClient,
  repository: string,
  { digest, sizeBytes }: Blob,
  use: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const command = new GetDownloadUrlForLayerCommand({ ...session.in(repository), layerDigest: digest })
  const answer = await session.call('GetDownloadUrlForLayer', (client, options) => client.send(command, options), [
    'LayersNotFoundException',
  ])
  if (answer === undefined) return undefined
  const { downloadUrl = '' } = answer
  if (!URL.canParse(downloadUrl))
    throw new InvalidInputError(`${session.host}: expected an address of the layer ${digest}, got none`)
  const { timeoutMs, signal } = session
  const url = new URL(downloadUrl)
  const maxBodyBytes = Math.max(sizeBytes, otherBytes)
  return http.receive({ method: 'GET', url, maxBodyBytes, timeoutMs, signal }, async ({ status, chunks }) => {
    if (status === 404) return undefined
    if (status === 200) return { value: await use(chunks) }
    throw new InvalidInputError(`${session.host}/${repository}: expected the layer ${digest}, got ${status}`)
  })
}

/** Least and most of a part but for the last, which is smaller. */
const [leastPartBytes, mostPartBytes] = [5 * 1024 * 1024, 20 * 1024 * 1024]

/**
 * Uploads a layer or config in parts, one after the other; one that ECR has already is no error.
 *
 * @throws InvalidInputError where the bytes are not what the digest says
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html
 */
export async function uploadEcrLayer(
  session: EcrSession,
  repository: string,
  { digest }: Blob,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const where = session.in(repository)
  const started = await session.call('InitiateLayerUpload', (client, options) =>
    client.send(new InitiateLayerUploadCommand(where), options),
  )
  const { uploadId, partSize = 0 } = started ?? {}
  let partFirstByte = 0
  for await (const part of byteParts(chunks, Math.min(Math.max(partSize, leastPartBytes), mostPartBytes))) {
    const range = { partFirstByte, partLastByte: partFirstByte + part.byteLength - 1 }
    const command = new UploadLayerPartCommand({ ...where, uploadId, ...range, layerPartBlob: part })
    await session.call('UploadLayerPart', (client, options) => client.send(command, options))
    partFirstByte += part.byteLength
  }
  const done = new CompleteLayerUploadCommand({ ...where, uploadId, layerDigests: [digest] })
  await session.call('CompleteLayerUpload', (client, options) => client.send(done, options), [
    'LayerAlreadyExistsException',
  ])
}

/**
 * True while a push may refer to the layer. ECR counts configs among the layers; an archived one is not served.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html
 */
export async function hasEcrLayer(session: EcrSession, repository: string, digest: Digest): Promise<boolean> {
  const command = new BatchCheckLayerAvailabilityCommand({ ...session.in(repository), layerDigests: [digest] })
  const answer = await session.call('BatchCheckLayerAvailability', (client, options) => client.send(command, options))
  return answer?.layers?.some(layer => layer.layerDigest === digest && layer.layerAvailability === 'AVAILABLE') ?? false
}
