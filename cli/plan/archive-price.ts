import type { BytesFreed } from '../../shared/domain/bytes-freed.ts'
import type { ArchiveExtent } from '../../shared/domain/policy/policy.ts'
import { sizeText } from '../../shared/domain/size.ts'

/** What an archive takes that keeps the layers of what is deleted. */
export interface ArchivePrice {
  readonly bytes: number
  /** As long as they are kept, by the list price. */
  readonly dollarsPerMonth: number
}

/** S3 Standard in us-east-1, as of March 2026. @see https://aws.amazon.com/s3/pricing/ */
const dollarsPerGbMonth = 0.023

/** Undefined for a policy that archives no layers. */
export function archivePriceOf(extent: ArchiveExtent, planned: BytesFreed): ArchivePrice | undefined {
  if (extent !== 'layers') return undefined
  const bytes = planned.wholeBytes()
  return { bytes, dollarsPerMonth: Math.round((bytes / 1e9) * dollarsPerGbMonth * 1e4) / 1e4 }
}

/** In a sentence for people. */
export const archivePriceText = ({ bytes, dollarsPerMonth }: ArchivePrice): string =>
  `the archive takes their layers, ${sizeText(bytes)}: $${dollarsPerMonth.toFixed(2)} for each month that they lie there, by the list price of S3`

/**
 * ECR in us-east-1, as of March 2026.
 *
 * @see https://aws.amazon.com/ecr/pricing/
 */
export const ecrArchivePrice =
  'by the list price of ECR its archive costs what its standard storage does, $0.10 for a GB and month, up to 150 TB a month and $0.07 beyond, 90 days at least; restoring takes $0.03 for a GB'
