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
    name: one.ModelName ?? '',
  }))
  remembered.keepOnly(new Set(named.map(({ id }) => id)))
  const fresh = named.filter(({ id }) => remembered.find(id) === undefined)
  await describeEach(
    'DescribeModel',
    fresh,
    listing,
    ({ name }, options) => client.send(new DescribeModelCommand({ ModelName: name }), options),
    ({ PrimaryContainer, Containers = [] }, { id }) => {
      remembered.remember(
        id,
        [PrimaryContainer, ...Containers].flatMap(container => container?.Image ?? []),
      )
      return []
    },
  )
  return named.flatMap(({ id, name }) =>
    (remembered.find(id) ?? []).map(image => ({ kind: 'SageMakerModel', name, image }) as const),
  )
}

/**
 * What a model can be made of. Each package is described in every listing: an update gives it other images, and one without
 * a version may be made anew under its ARN.
 */
export async function listModelPackageImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const packages = await listing.all(sageMakerAction('ListModelPackages'), async (NextToken, options) => {
    const command = new ListModelPackagesCommand({ NextToken, MaxResults, ModelPackageType: 'Both' })
    const page = await client.send(command, options)
    return { items: page.ModelPackageSummaryList, next: page.NextToken }
  })
  return describeEach(
    'DescribeModelPackage',
    packages.flatMap(({ ModelPackageArn }) => ModelPackageArn ?? []),
    listing,
    (ModelPackageName, options) => client.send(new DescribeModelPackageCommand({ ModelPackageName }), options),
    ({ InferenceSpecification, AdditionalInferenceSpecifications = [] }, arn) =>
      [InferenceSpecification, ...AdditionalInferenceSpecifications]
        .flatMap(specification => specification?.Containers ?? [])
        .flatMap(({ Image, ImageDigest }) => (Image ? [atDigest(Image, ImageDigest)] : []))
        .map(
          image => ({ kind: 'SageMakerModelPackage', name: arn.replace(/^.*:model-package\//, ''), image }) as const,
        ),
  )
}
