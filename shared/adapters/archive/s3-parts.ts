import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { byteParts } from '../../byte-parts.ts'
import { archiveFailure } from './archive-failure.ts'

interface Place {
  readonly Bucket: string
  readonly Key: string
}

/** Sent while the next is filled, so that three parts at most are in memory. */
const partsAtOnce = 2
const copiedPartBytes = 1024 ** 3

/**
 * Writes an object in parts. What `chunks` throws is thrown, and there is no object then.
 *
 * The SDK's own upload of streams would take a dependency more, and cannot be told the size by which parts are cut.
 */
export async function putInParts(
  client: S3Client,
  place: Place,
  chunks: AsyncIterable<Uint8Array>,
  partBytes: number,
): Promise<void> {
  const failed = archiveFailure(place.Key, 'written')
  await inParts(client, place, async (UploadId, sent) => {
    for await (const Body of byteParts(chunks, partBytes)) {
      await sent.at(-partsAtOnce)
      const PartNumber = sent.length + 1
      const sending = client.send(new UploadPartCommand({ ...place, UploadId, PartNumber, Body })).catch(failed)
      note(sent, PartNumber, sending)
    }
  })
}

/** Copies an object onto itself that is too large for one call. */
export async function copyInParts(
  client: S3Client,
  { CopySource, ...place }: Place & { readonly CopySource: string },
  sizeBytes: number,
): Promise<void> {
  const failed = archiveFailure(place.Key, 'written')
  await inParts(client, place, async (UploadId, sent) => {
    for (let first = 0; first < sizeBytes; first += copiedPartBytes) {
      await sent.at(-partsAtOnce)
      const PartNumber = sent.length + 1
      const CopySourceRange = `bytes=${first}-${Math.min(first + copiedPartBytes, sizeBytes) - 1}`
      const command = new UploadPartCopyCommand({ ...place, UploadId, PartNumber, CopySource, CopySourceRange })
      const copying = client.send(command).then(answer => answer.CopyPartResult ?? {}, failed)
      note(sent, PartNumber, copying)
    }
  })
}

/** Ends the upload in any case: what S3 holds of one that failed is paid for. */
async function inParts(
  client: S3Client,
  place: Place,
  send: (uploadId: string | undefined, sent: Promise<CompletedPart>[]) => Promise<void>,
): Promise<void> {
  const failed = archiveFailure(place.Key, 'written')
  const start = new CreateMultipartUploadCommand({ ...place, ContentType: 'application/octet-stream' })
  const { UploadId } = await client.send(start).catch(failed)
  const sent: Promise<CompletedPart>[] = []
  try {
    await send(UploadId, sent)
    const Parts = await Promise.all(sent)
    const complete = new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts } })
    await client.send(complete).catch(failed)
  } catch (error) {
    await Promise.allSettled(sent)
    // Where this fails too, the bucket's rule ends it after a day.
    await client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined)
    throw error
  }
}

type Tagged = Pick<CompletedPart, 'ETag' | 'ChecksumCRC32'>

function note(sent: Promise<CompletedPart>[], PartNumber: number, sending: Promise<Tagged>): void {
  const part = sending.then(
    ({ ETag, ChecksumCRC32 }): CompletedPart => ({ PartNumber, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) }),
  )
  // Its failure is seen with the others'.
  part.catch(() => undefined)
  sent.push(part)
}
