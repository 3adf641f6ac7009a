/** What the host of a private ECR registry says. */
export interface EcrHost {
  readonly registryId: string
  readonly region: string
}

// Anchored at both ends: `...amazonaws.com.evil.example` is another's host (GO-2026-6225).
const patterns = [
  /^(?<registryId>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/,
  /^(?<registryId>\d{12})\.dkr-ecr(?:-fips)?\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d)\.on\.aws$/,
]

/** Account and region of a private ECR host; undefined for any other host, look-alikes among them. */
export function findEcrHost(host: string): EcrHost | undefined {
  for (const pattern of patterns) {
    const { registryId, region } = pattern.exec(host)?.groups ?? {}
    if (registryId !== undefined && region !== undefined) return { registryId, region }
  }
  return undefined
}

/** ECR's own model allows longer tags than the distribution specification does. */
export const maxEcrTagLength = 300
