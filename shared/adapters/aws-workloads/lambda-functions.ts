import {
  type FunctionConfiguration,
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import pMap from 'p-map'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import { namesOfImage, type WorkloadImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'
import { RememberedNames } from './remembered-names.ts'

const functionsAtOnce = 8
const latest = '$LATEST'
const list = { service: 'Lambda', operation: 'ListFunctions' } as const
const get = { service: 'Lambda', operation: 'GetFunction', absent: ['ResourceNotFoundException'] } as const

export function openLambda(config: ClientConfig): ListService {
  const [client, remembered] = [new LambdaClient(config), new RememberedNames()]
  return async listing =>
    (await listFunctionImages(client, remembered, listing)).map(one => ({ kind: 'LambdaFunction', ...one }))
}

/**
 * The images of all functions: of `$LATEST`, and of every published version, which an alias or a caller may name. A
 * function runs the digest that its tag meant when it was deployed.
 */
export async function listFunctionImages(
  client: LambdaClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<WorkloadImages[]> {
  const functions = await listing.all(list, async (Marker, options) => {
    const page = await client.send(new ListFunctionsCommand({ FunctionVersion: 'ALL', Marker }), options)
    return { items: page.Functions, next: page.NextMarker }
  })
  const ofImages = functions.filter(one => one.PackageType === 'Image')
  remembered.keepOnly(new Set(ofImages.map(idOf)))
  const read = async (one: FunctionConfiguration): Promise<WorkloadImages[]> => {
    const images = remembered.find(idOf(one)) ?? (await readImages(client, one, remembered, listing))
    return images.map(image => ({ name: nameOf(one), image }))
  }
  return (await pMap(ofImages, read, { concurrency: functionsAtOnce })).flat()
}

/** No images for a function that was deleted since it was listed. */
async function readImages(
  client: LambdaClient,
  one: FunctionConfiguration,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<readonly string[]> {
  const input = { FunctionName: one.FunctionName, Qualifier: one.Version }
  const answer = await listing.call(get, options => client.send(new GetFunctionCommand(input), options))
  if (answer === undefined) return []
  const { ImageUri, ResolvedImageUri } = answer.Code ?? {}
  const images = namesOfImage(ImageUri, ResolvedImageUri)
  if (images.length === 0)
    throw new InvalidInputError(`${listing.textOf(get)}: expected the image of ${nameOf(one)}, got none`)
  if (ResolvedImageUri?.includes('@')) remembered.remember(idOf(one), images)
  return images
}

/**
 * Another one after each deploy, also of a function that was deleted and made anew, which counts its versions from 1
 * again: the hash is that of the image, the revision changes with every change.
 */
const idOf = ({ FunctionArn, Version, CodeSha256, RevisionId, LastModified }: FunctionConfiguration): string =>
  [FunctionArn, Version, CodeSha256, RevisionId, LastModified].join('#')

/** `api`, and `api:3` for a published version. */
const nameOf = ({ FunctionName = '', Version = latest }: FunctionConfiguration): string =>
  Version === latest ? FunctionName : `${FunctionName}:${Version}`
