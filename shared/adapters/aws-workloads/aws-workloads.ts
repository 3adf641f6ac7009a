import { ECSClient } from '@aws-sdk/client-ecs'
import { LambdaClient } from '@aws-sdk/client-lambda'
import type { Workload } from '../../domain/usage.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { AwsWorkloadSettings } from '../../settings.ts'
import { assumedRole } from '../http/assumed-role.ts'
import { AwsListing } from './aws-listing.ts'
import { listTaskDefinitionImages } from './ecs-images.ts'
import type { WorkloadImages } from './image-names.ts'
import { listFunctionImages } from './lambda-functions.ts'
import { RememberedImages } from './remembered-images.ts'

export interface AwsWorkloadsOptions {
  /** Of one whole listing; default 3 minutes, which is less than the inventory function may take. */
  readonly timeoutMs?: number
  /** Of one call, the first among them; default 8. */
  readonly maxAttempts?: number
  /** The clock that dates workloads; default the machine's. */
  readonly now?: () => Date
}

const defaultTimeoutMs = 180_000
const defaultMaxAttempts = 8

/**
 * The Lambda functions and ECS task definitions of one account in one region. It remembers what never changes from one
 * listing to the next, so it should live as long as the process. Makes no call yet.
 */
export function createAwsWorkloads(
  { name, region, roleArn }: Omit<AwsWorkloadSettings, 'organization'>,
  options: AwsWorkloadsOptions = {},
): WorkloadSource {
  const where = region === undefined ? {} : { region }
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true }
  const { maxAttempts = defaultMaxAttempts, timeoutMs = defaultTimeoutMs, now = () => new Date() } = options
  const config = {
    ...where,
    requestHandler,
    maxAttempts,
    // The rate of calls is shared with every deployment of the account: this slows down before it takes it all.
    retryMode: 'adaptive',
    ...(roleArn !== undefined && { credentials: assumedRole(roleArn, region) }),
  }
  const lambda = new LambdaClient(config)
  const ecs = new ECSClient(config)
  const remembered = { functions: new RememberedImages(), definitions: new RememberedImages() }
  return {
    name,
    async listWorkloads() {
      const listing = new AwsListing(await lambda.config.region(), timeoutMs)
      const toWorkload = workloadIn(name, listing.region, now())
      const both = Promise.all([
        listFunctionImages(lambda, remembered.functions, listing),
        listTaskDefinitionImages(ecs, remembered.definitions, listing),
      ])
      const [functions, definitions] = await both.finally(() => listing.stop())
      return [
        ...distinct(functions).map(found => toWorkload('LambdaFunction', found)),
        ...distinct(definitions).map(found => toWorkload('TaskDefinition', found)),
      ]
    },
  }
}

/** The region is to AWS what a namespace is to a cluster. */
const workloadIn =
  (cluster: string, namespace: string, lastSeenAt: Date) =>
  (kind: 'LambdaFunction' | 'TaskDefinition', { name, image, rollback = false }: WorkloadImages): Workload => ({
    cluster,
    kind,
    namespace,
    name,
    image,
    lastSeenAt,
    ...(rollback && { rollback }),
  })

/** Each image of a name once; in use where anything uses it. */
function distinct(found: readonly WorkloadImages[]): WorkloadImages[] {
  const once = new Map<string, WorkloadImages>()
  for (const one of found) {
    const key = `${one.name}#${one.image}`
    if (once.get(key)?.rollback !== false) once.set(key, one)
  }
  return [...once.values()]
}
