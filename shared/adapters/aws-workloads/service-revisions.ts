import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs'
import type { AwsListing } from './aws-listing.ts'
import type { DefinitionUse } from './definition-use.ts'
import { describeAll } from './ecs-batches.ts'
import { atDigest } from './image-names.ts'

const deployments = { service: 'ECS', operation: 'DescribeServiceDeployments' } as const
const revisions = { service: 'ECS', operation: 'DescribeServiceRevisions' } as const
const batchSize = 20

/**
 * The digests that ECS found under the tags of services when they were deployed. A service, also one at zero tasks, starts
 * the next task by that digest, even if the tag has moved by then; so it does by the revision that its deployment came from,
 * when it is rolled back.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
 */
export async function listRevisionUses(
  client: ECSClient,
  services: readonly Service[],
  listing: AwsListing,
): Promise<DefinitionUse[]> {
  const current = services.flatMap(one => one.currentServiceRevisions ?? []).flatMap(({ arn }) => arn ?? [])
  const under = services.flatMap(one => one.currentServiceDeployment ?? [])
  const found = await describeAll(deployments, under, batchSize, listing, async (batch, options) => {
    const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: batch })
    const answer = await client.send(command, options)
    return { items: answer.serviceDeployments, failures: answer.failures }
  })
  const targets = found.flatMap(one => one.targetServiceRevision?.arn ?? [])
  const sources = found
    .flatMap(one => [...(one.sourceServiceRevisions ?? []).map(({ arn }) => arn), one.rollback?.serviceRevisionArn])
    .flatMap(arn => arn ?? [])
  const inUse = new Set([...current, ...targets])
  const arns = [...new Set([...inUse, ...sources])]
  const described = await describeAll(revisions, arns, batchSize, listing, async (batch, options) => {
    const answer = await client.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: batch }), options)
    return { items: answer.serviceRevisions, failures: answer.failures }
  })
  return described.map(({ serviceRevisionArn = '', taskDefinition = '', containerImages = [] }) => ({
    definition: taskDefinition,
    images: containerImages.flatMap(({ image, imageDigest }) => (image ? [atDigest(image, imageDigest)] : [])),
    rollback: !inUse.has(serviceRevisionArn),
  }))
}
