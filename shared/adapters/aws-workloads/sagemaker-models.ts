import {
  DescribeModelCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { AwsListing } from './aws-listing.ts'
import { atDigest, type KindImages } from './image-names.ts'
import type { RememberedImages } from './remembered-images.ts'
import { describeEach, sageMakerAction } from './sagemaker-calls.ts'

const MaxResults = 100

/** What is deployed of a model, also a later time: an endpoint takes its image then. */
export async function listModelImages(
  client: SageMakerClient,
  remembered: RememberedImages,
  listing: AwsListing,
): Promise<KindImages[]> {
  const models = await listing.all(sageMakerAction('ListModels'), async (NextToken, options) => {
    const page = await client.send(new ListModelsCommand({ NextToken, MaxResults }), options)
    return { items: page.Models, next: page.NextToken }
  })
  // A model never changes; one of the same name may be made anew.
  const named = models.map(one => ({
    id: [one.ModelArn, one.ModelName, one.CreationTime?.toISOString()].join('#'),
    kind: 'SageMakerModel' as const,
    name: one.ModelName ?? '',
  }))
  return describeRemembered('DescribeModel', named, remembered, listing, async ({ name }, options) => {
    const model = await client.send(new DescribeModelCommand({ ModelName: name }), options)
    return [model.PrimaryContainer, ...(model.Containers ?? [])].flatMap(container => container?.Image ?? [])
  })
}

/** What a model can be made of. */
export async function listModelPackageImages(
  client: SageMakerClient,
  remembered: RememberedImages,
  listing: AwsListing,
): Promise<KindImages[]> {
  const packages = await listing.all(sageMakerAction('ListModelPackages'), async (NextToken, options) => {
    const command = new ListModelPackagesCommand({ NextToken, MaxResults, ModelPackageType: 'Both' })
    const page = await client.send(command, options)
    return { items: page.ModelPackageSummaryList, next: page.NextToken }
  })
  const named = packages.map(({ ModelPackageArn: id = '' }) => ({
    id,
    kind: 'SageMakerModelPackage' as const,
    name: id.replace(/^.*:model-package\//, ''),
  }))
  return describeRemembered('DescribeModelPackage', named, remembered, listing, async ({ id }, options) => {
    const { InferenceSpecification, AdditionalInferenceSpecifications } = await client.send(
      new DescribeModelPackageCommand({ ModelPackageName: id }),
      options,
    )
    return [InferenceSpecification, ...(AdditionalInferenceSpecifications ?? [])]
      .flatMap(specification => specification?.Containers ?? [])
      .flatMap(({ Image, ImageDigest }) => (Image ? [atDigest(Image, ImageDigest)] : []))
  })
}

interface Described {
  readonly id: string
  readonly kind: KindImages['kind']
  readonly name: string
}

/** Each is described once in the life of the process. */
async function describeRemembered(
  operation: string,
  all: readonly Described[],
  remembered: RememberedImages,
  listing: AwsListing,
  describe: (one: Described, options: { readonly abortSignal: AbortSignal }) => Promise<string[]>,
): Promise<KindImages[]> {
  remembered.keepOnly(new Set(all.map(({ id }) => id)))
  const fresh = all.filter(({ id }) => remembered.find(id) === undefined)
  await describeEach(operation, fresh, listing, describe, (images, { id }) => {
    remembered.remember(id, images)
    return []
  })
  return all.flatMap(({ id, kind, name }) => (remembered.find(id) ?? []).map(image => ({ kind, name, image })))
}
