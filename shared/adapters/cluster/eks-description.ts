import type { Cluster as EksAnswer } from '@aws-sdk/client-eks'
import { UnavailableError } from '../../errors.ts'

/** Where the API server of a cluster of EKS is. */
export interface EksDescription {
  readonly url: URL
  /** PEM. */
  readonly authority: string
  /** Its address leads to a host inside of its VPC alone. */
  readonly isPrivate: boolean
}

/** @throws UnavailableError for a cluster that has no API server yet, or not for long any more */
export function descriptionOf(
  what: string,
  { status, endpoint, certificateAuthority, resourcesVpcConfig }: EksAnswer,
): EksDescription {
  if (status !== 'ACTIVE' && status !== 'UPDATING')
    throw unusable(what, `expected a cluster that is ACTIVE, got ${status ?? 'no status'}`)
  if (endpoint === undefined || !URL.canParse(endpoint) || certificateAuthority?.data === undefined)
    throw unusable(what, 'expected an endpoint and a certificate authority, got none')
  return {
    url: new URL(endpoint),
    authority: Buffer.from(certificateAuthority.data, 'base64').toString('utf8'),
    isPrivate: resourcesVpcConfig?.endpointPublicAccess === false,
  }
}

/** Of no kind that is tried again at once: it takes minutes, or a person. */
export const unusable = (what: string, expectation: string, cause?: unknown): UnavailableError =>
  new UnavailableError(`${what}: ${expectation}`, { kind: 'dns', cause })
