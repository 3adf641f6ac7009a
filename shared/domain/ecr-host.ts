/** A partition of AWS, by how the names of its regions begin, and the ends of the hosts of its private ECR registries. */
export interface EcrPartition {
  readonly regions: string
  readonly suffix: string
  readonly dualStack: string
}

/**
 * Those that have an end of their own. All others, GovCloud among them, are {@link commercial}.
 * @see https://docs.aws.amazon.com/general/latest/gr/ecr.html
 */
export const ecrPartitions: readonly EcrPartition[] = [
  { regions: 'cn-', suffix: 'amazonaws.com.cn', dualStack: 'on.amazonwebservices.com.cn' },
  { regions: 'eusc-', suffix: 'amazonaws.eu', dualStack: 'on.amazonwebservices.eu' },
  { regions: 'us-iso-', suffix: 'c2s.ic.gov', dualStack: 'on.aws.ic.gov' },
  { regions: 'us-isob-', suffix: 'sc2s.sgov.gov', dualStack: 'on.aws.scloud' },
  { regions: 'eu-isoe-', suffix: 'cloud.adc-e.uk', dualStack: 'on.cloud-aws.adc-e.uk' },
  { regions: 'us-isof-', suffix: 'csp.hci.ic.gov', dualStack: 'on.aws.hci.ic.gov' },
]

export const commercial: EcrPartition = { regions: '', suffix: 'amazonaws.com', dualStack: 'on.aws' }

const partitionOf = (region: string): EcrPartition =>
  ecrPartitions.find(one => region.startsWith(one.regions)) ?? commercial

/** A region of AWS by the form of its name: `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`. */
export const awsRegionPattern = /^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$/

/** What the host of a private ECR registry says. */
export interface EcrHost {
  readonly account: string
  readonly region: string
  /** It is reached by validated cryptography alone. */
  readonly isFips: boolean
}

// Anchored at both ends: `...amazonaws.com.evil.example` is another's host (GO-2026-6225).
const pattern = /^([0-9]{12})\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.([a-z0-9.-]+)$/

/** Account and region of a private ECR host, however it is spelled; undefined for any other host, look-alikes among them. */
export function findEcrHost(host: string): EcrHost | undefined {
  const [account, fips, region, suffix] = pattern.exec(host)?.slice(1) ?? []
  if (account === undefined || region === undefined || !awsRegionPattern.test(region)) return undefined
  const partition = partitionOf(region)
  if (suffix !== partition.suffix && suffix !== partition.dualStack) return undefined
  return { account, region, isFips: fips !== undefined }
}

/**
 * The host of the private ECR registry that an event is of; the events name account and region alone.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
export const ecrEventHost = (account: string, region: string): string =>
  `${account}.dkr.ecr.${region}.${partitionOf(region).suffix}`

/** The one spelling of all hosts of one private ECR registry, as of its events; any other host as it is. */
export function ecrSpelling(host: string): string {
  const found = findEcrHost(host)
  return found ? ecrEventHost(found.account, found.region) : host
}
