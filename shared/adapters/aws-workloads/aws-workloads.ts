import { type AwsService, awsServices } from '../../domain/aws-services.ts'
import type { Workload } from '../../domain/usage.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { AwsWorkloadSettings } from '../../settings.ts'
import { assumedRole } from '../http/assumed-role.ts'
import { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import type { ClientConfig } from './list-service.ts'
import { openService } from './service-lists.ts'

export interface AwsWorkloadsOptions {
  /** Of one whole listing; default 3 minutes, which is less than the inventory function may take. */
  readonly timeoutMs?: number
  /** Of one call, the first among them; default 8. */
  readonly maxAttempts?: number
  /** The clock that dates workloads; default the machine's. */
  readonly now?: () => Date
}

/** Of one account in one region; without services all that are known. */
type AccountSettings = Omit<AwsWorkloadSettings, 'organization' | 'services'> & {
  readonly services?: readonly AwsService[]
}

const defaultTimeoutMs = 180_000
const defaultMaxAttempts = 8

/** How long a client waits, and how it tries again. */
export const patienceOf = ({ maxAttempts = defaultMaxAttempts }: AwsWorkloadsOptions) => ({
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  maxAttempts,
  // The rate of calls is shared with every deployment of the account: this slows down before it takes it all.
  retryMode: 'adaptive' as const,
})

/**
 * What runs images of one account in one region. It remembers what never changes from one listing to the next, so it should
 * live as long as the process. Makes no call yet.
 */
export function createAwsWorkloads(
  { name, region, roleArn, services = awsServices }: AccountSettings,
  options: AwsWorkloadsOptions = {},
): WorkloadSource {
  const { timeoutMs = defaultTimeoutMs, now = () => new Date() } = options
  const config: ClientConfig = {
    ...(region !== undefined && { region }),
    ...patienceOf(options),
    ...(roleArn !== undefined && { credentials: assumedRole(roleArn, region) }),
  }
  const lists = services.map(service => openService(service, config))
  return {
    name,
    async listWorkloads() {
      const listing = new AwsListing(await regionOf(config), timeoutMs)
      const toWorkload = workloadIn(name, listing.region, now())
      const found = await Promise.all(lists.map(list => list(listing))).finally(() => listing.stop())
      return distinct(found.flat()).map(toWorkload)
    },
  }
}

/** As the SDK finds it for every client. */
const regionOf = async (config: ClientConfig): Promise<string> =>
  (await import('../http/sts.ts')).openSts(config).config.region()

/** The region is to AWS what a namespace is to a cluster. */
const workloadIn =
  (cluster: string, namespace: string, lastSeenAt: Date) =>
  ({ kind, name, image, rollback = false }: KindImages): Workload => ({
    cluster,
    kind,
    namespace,
    name,
    image,
    lastSeenAt,
    ...(rollback && { rollback }),
  })

/** Each image of a name once; in use where anything uses it. */
function distinct(found: readonly KindImages[]): KindImages[] {
  const once = new Map<string, KindImages>()
  for (const one of found) {
    const key = [one.kind, one.name, one.image].join('#')
    if (once.get(key)?.rollback !== false) once.set(key, one)
  }
  return [...once.values()]
}
