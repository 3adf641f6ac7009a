import { AwsError } from './aws-error.ts'

const carriageReturn = 0x0d

/** True when the body is wrapped in chunks that carry their own signatures or a trailing checksum. */
export const isAwsChunked = (headers: Headers): boolean =>
  (headers.get('content-encoding') ?? '').split(',').some(encoding => encoding.trim() === 'aws-chunked') ||
  (headers.get('x-amz-content-sha256') ?? '').startsWith('STREAMING-')

/**
 * Takes the content out of its chunks; signatures and trailers are passed over.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export const decodeAwsChunked = (body: Uint8Array): Buffer => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const chunks: Buffer[] = []
  let position = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', position)
    const size = /^[0-9a-fA-F]{1,8}(?=;|$)/.exec(
      bytes.subarray(position, Math.max(lineEnd, position)).toString('latin1'),
    )
    if (!size) throw incompleteBody()
    const length = Number.parseInt(size[0], 16)
    if (length === 0) return Buffer.concat(chunks)
    const start = lineEnd + 2
    if (bytes[start + length] !== carriageReturn) throw incompleteBody()
    chunks.push(bytes.subarray(start, start + length))
    position = start + length + 2
  }
}

const incompleteBody = (): AwsError =>
  new AwsError('IncompleteBody', 'the aws-chunked body does not have the length its chunks state')
