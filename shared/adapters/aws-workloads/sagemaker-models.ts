import {
  type AdditionalInferenceSpecificationDefinition,
  DescribeAlgorithmCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  ListAlgorithmsCommand,
  ListModelPackagesCommand,
  ListModelsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { AwsListing } from './aws-listing.ts'
import { atDigest, type KindImages } from './image-names.ts'
import type { RememberedNames } from './remembered-names.ts'
import {
  describeEach,
  describeOnce,
  idOf,
  listItems,
  newerSageMakerAction,
  sageMakerAction,
} from './sagemaker-calls.ts'

/** What is deployed of a model, also a later time: an endpoint takes its image then. */
export async function listModelImages(
  client: SageMakerClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<KindImages[]> {
  const models = await listItems(
    sageMakerAction('ListModels'),
    listing,
    (page, options) => client.send(new ListModelsCommand(page), options),
    page => page.Models,
  )
  const found = await describeOnce(
    'DescribeModel',
    models.map(({ ModelArn, ModelName = '', CreationTime }) => ({
      id: idOf(ModelArn, ModelName, CreationTime),
      name: ModelName,
    })),
    remembered,
    listing,
    (ModelName, options) => client.send(new DescribeModelCommand({ ModelName }), options),
    ({ PrimaryContainer, Containers = [] }) =>
      [PrimaryContainer, ...Containers].flatMap(container => container?.Image ?? []),
  )
  return found.map(one => ({ kind: 'SageMakerModel', ...one }))
}

/**
 * What a model can be made of. Each package is described in every listing: an update gives one that is completed other images,
 * of which its list tells nothing, and one without a version may be made anew under its ARN.
 */
export async function listModelPackageImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const packages = await listItems(
    newerSageMakerAction('ListModelPackages'),
    listing,
    (page, options) => client.send(new ListModelPackagesCommand({ ...page, ModelPackageType: 'Both' }), options),
    page => page.ModelPackageSummaryList,
  )
  return describeEach(
    'DescribeModelPackage',
    packages.flatMap(({ ModelPackageArn }) => ModelPackageArn ?? []),
    listing,
    (ModelPackageName, options) => client.send(new DescribeModelPackageCommand({ ModelPackageName }), options),
    ({ InferenceSpecification, AdditionalInferenceSpecifications = [] }, arn) =>
      [InferenceSpecification, ...AdditionalInferenceSpecifications]
        .flatMap(imagesOfInference)
        .map(
          image => ({ kind: 'SageMakerModelPackage', name: arn.replace(/^.*:model-package\//, ''), image }) as const,
        ),
  )
}

/** What training and models are started by that name an algorithm of the account. */
export async function listAlgorithmImages(
  client: SageMakerClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<KindImages[]> {
  const algorithms = await listItems(
    newerSageMakerAction('ListAlgorithms'),
    listing,
    (page, options) => client.send(new ListAlgorithmsCommand(page), options),
    page => page.AlgorithmSummaryList,
  )
  const found = await describeOnce(
    'DescribeAlgorithm',
    algorithms.map(({ AlgorithmArn, AlgorithmName = '', CreationTime, AlgorithmStatus }) => ({
      id: idOf(AlgorithmArn, CreationTime, AlgorithmStatus),
      name: AlgorithmName,
    })),
    remembered,
    listing,
    (AlgorithmName, options) => client.send(new DescribeAlgorithmCommand({ AlgorithmName }), options),
    ({ TrainingSpecification: training, InferenceSpecification }) => [
      ...(training?.TrainingImage ? [atDigest(training.TrainingImage, training.TrainingImageDigest)] : []),
      ...imagesOfInference(InferenceSpecification),
    ],
  )
  return found.map(one => ({ kind: 'SageMakerAlgorithm', ...one }))
}

const imagesOfInference = (
  specification: Pick<AdditionalInferenceSpecificationDefinition, 'Containers'> | undefined,
): string[] =>
  (specification?.Containers ?? []).flatMap(({ Image, ImageDigest }) => (Image ? [atDigest(Image, ImageDigest)] : []))
