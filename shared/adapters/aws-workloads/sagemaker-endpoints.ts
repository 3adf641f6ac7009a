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
import { describeEach, goneSageMakerAction, sageMakerAction } from './sagemaker-calls.ts'

const MaxResults = 100

/** What endpoints run, by the digest that SageMaker found, also where their model is deleted. */
export async function listEndpointImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const endpoints = await listing.all(sageMakerAction('ListEndpoints'), async (NextToken, options) => {
    const page = await client.send(new ListEndpointsCommand({ NextToken, MaxResults }), options)
    return { items: page.Endpoints, next: page.NextToken }
  })
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
  const components = await listing.all(sageMakerAction('ListInferenceComponents'), async (NextToken, options) => {
    const page = await client.send(new ListInferenceComponentsCommand({ NextToken, MaxResults }), options)
    return { items: page.InferenceComponents, next: page.NextToken }
  })
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
  const images = await listing.all(sageMakerAction('ListImages'), async (NextToken, options) => {
    const page = await client.send(new ListImagesCommand({ NextToken, MaxResults }), options)
    return { items: page.Images, next: page.NextToken }
  })
  const versions = await Promise.all(
    images.map(async ({ ImageName = '' }) => {
      const found = await listing.all(goneSageMakerAction('ListImageVersions'), async (NextToken, options) => {
        const page = await client.send(new ListImageVersionsCommand({ ImageName, NextToken, MaxResults }), options)
        return { items: page.ImageVersions, next: page.NextToken }
      })
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
