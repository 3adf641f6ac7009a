import { AwsError } from './aws-error.ts'
import type { SignatureFault } from './signature.ts'

/** Families of protocols that name the same fault differently. */
export type Protocol = 'json' | 'query-compatible' | 's3'

const codes: Readonly<Record<Protocol, Readonly<Record<SignatureFault, string>>>> = {
  json: {
    missing: 'MissingAuthenticationTokenException',
    'unknown-key': 'UnrecognizedClientException',
    mismatch: 'InvalidSignatureException',
  },
  'query-compatible': {
    missing: 'MissingAuthenticationToken',
    'unknown-key': 'InvalidClientTokenId',
    mismatch: 'SignatureDoesNotMatch',
  },
  s3: { missing: 'AccessDenied', 'unknown-key': 'InvalidAccessKeyId', mismatch: 'SignatureDoesNotMatch' },
}

const found: Readonly<Record<SignatureFault, string>> = {
  missing: 'got none',
  'unknown-key': 'got another key',
  mismatch: 'the signature is not that of this request',
}

/** The answer of AWS to a request that is not signed with the key, with the words of this installation. */
export const unsignedError = (protocol: Protocol, fault: SignatureFault): AwsError => {
  const message = `expected a request signed with the key in aws-credentials of the data folder, ${found[fault]}; set AWS_SHARED_CREDENTIALS_FILE to that file`
  const code = codes[protocol][fault]
  return new AwsError(code, message, { status: 403, ...(protocol === 'query-compatible' && { queryCode: code }) })
}
