import {
  type DeployedImage,
  DescribeEndpointCommand,
  DescribeImageVersionCommand,
  DescribeInferenceComponentCommand,
  ListEndpointsCommand,
  ListImagesCommand,
  ListImageVersionsCommand,
  ListInferenceComponentsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { AwsListing } from './aws-listing.ts'
import { type KindImages, namesOfImage } from './image-names.ts'
import {
  describeEach,
  goneSageMakerAction,
  listItems,
  newerSageMakerAction,
  sageMakerAction,
} from './sagemaker-calls.ts'

/** What endpoints run, by the digest that SageMaker found, also where their model is deleted. */
export async function listEndpointImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const endpoints = await listItems(
    sageMakerAction('ListEndpoints'),
    listing,
    (page, options) => client.send(new ListEndpointsCommand(page), options),
    page => page.Endpoints,
  )
  return describeEach(
    'DescribeEndpoint',
    endpoints,
    listing,
    ({ EndpointName }, options) => client.send(new DescribeEndpointCommand({ EndpointName }), options),
    ({ ProductionVariants = [], ShadowProductionVariants = [] }, { EndpointName = '' }) =>
      [...ProductionVariants, ...ShadowProductionVariants]
        .flatMap(variant => variant.DeployedImages ?? [])
        .flatMap(deployed => named('SageMakerEndpoint', EndpointName, deployed)),
  )
}

/** What inference components run on them. */
export async function listComponentImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const components = await listItems(
    newerSageMakerAction('ListInferenceComponents'),
    listing,
    (page, options) => client.send(new ListInferenceComponentsCommand(page), options),
    page => page.InferenceComponents,
  )
  return describeEach(
    'DescribeInferenceComponent',
    components,
    listing,
    ({ InferenceComponentName }, options) =>
      client.send(new DescribeInferenceComponentCommand({ InferenceComponentName }), options),
    ({ Specification, Specifications = [] }, { InferenceComponentName = '' }) =>
      [Specification, ...Specifications]
        .flatMap(one => one?.Container?.DeployedImage ?? [])
        .flatMap(deployed => named('SageMakerInferenceComponent', InferenceComponentName, deployed)),
  )
}

/** What the custom images of Studio and notebooks are made of. */
export async function listStudioImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const images = await listItems(
    newerSageMakerAction('ListImages'),
    listing,
    (page, options) => client.send(new ListImagesCommand(page), options),
    page => page.Images,
  )
  const versions = await Promise.all(
    images.map(async ({ ImageName = '' }) => {
      const found = await listItems(
        goneSageMakerAction('ListImageVersions'),
        listing,
        (page, options) => client.send(new ListImageVersionsCommand({ ...page, ImageName }), options),
        page => page.ImageVersions,
      )
      return found.map(({ Version }) => ({ ImageName, Version }))
    }),
  )
  return describeEach(
    'DescribeImageVersion',
    versions.flat(),
    listing,
    (one, options) => client.send(new DescribeImageVersionCommand(one), options),
    ({ BaseImage, ContainerImage }, { ImageName, Version }) =>
      [BaseImage, ContainerImage].flatMap(image =>
        image ? [{ kind: 'SageMakerImageVersion' as const, name: `${ImageName}:${Version}`, image }] : [],
      ),
  )
}

const named = (
  kind: KindImages['kind'],
  name: string,
  { SpecifiedImage, ResolvedImage }: DeployedImage,
): KindImages[] => namesOfImage(SpecifiedImage, ResolvedImage).map(image => ({ kind, name, image }))
