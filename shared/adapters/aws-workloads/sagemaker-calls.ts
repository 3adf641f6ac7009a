import pMap from 'p-map'
import { errorName } from '../http/aws-errors.ts'
import type { AwsAction, AwsListing, CallOptions } from './aws-listing.ts'
import type { WorkloadImages } from './image-names.ts'
import type { RememberedNames } from './remembered-names.ts'

const service = 'SageMaker'
const describedAtOnce = 4
const MaxResults = 100

/** SageMaker says of most that is gone that a name is not valid, and why only in words. */
const isGone = (error: unknown): boolean =>
  /^ResourceNotFound/.test(errorName(error)) ||
  (errorName(error) === 'ValidationException' &&
    error instanceof Error &&
    /could not find|does not exist|not found/i.test(error.message))

export const sageMakerAction = (operation: string): AwsAction => ({ service, operation })

/** Of what may be gone since it was listed. */
export const goneSageMakerAction = (operation: string): AwsAction => ({ service, operation, isAbsent: isGone })

/** Of what is not served in every region: where nobody knows the operation there is nothing of the kind. */
export const newerSageMakerAction = (operation: string): AwsAction => ({
  service,
  operation,
  absent: ['UnknownOperationException', 'UnsupportedOperationException', 'InvalidAction'],
})

export interface PageRequest {
  readonly NextToken: string | undefined
  readonly MaxResults: number
}

/** Every item of every page, asked for by a hundred. */
export const listItems = <Page extends { readonly NextToken?: string | undefined }, Item>(
  action: AwsAction,
  listing: AwsListing,
  send: (page: PageRequest, options: CallOptions) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> =>
  listing.all(action, async (NextToken, options) => {
    const page = await send({ NextToken, MaxResults }, options)
    return { items: itemsOf(page), next: page.NextToken }
  })

/** Describes each; what was deleted since it was listed is left out. */
export async function describeEach<Item, Answer, Found>(
  operation: string,
  items: readonly Item[],
  listing: AwsListing,
  send: (item: Item, options: CallOptions) => Promise<Answer>,
  read: (answer: Answer, item: Item) => readonly Found[],
): Promise<Found[]> {
  const action = goneSageMakerAction(operation)
  const describeOne = async (item: Item): Promise<readonly Found[]> => {
    const answer = await listing.call(action, options => send(item, options))
    return answer === undefined ? [] : read(answer, item)
  }
  return (await pMap(items, describeOne, { concurrency: describedAtOnce })).flat()
}

/** A thing as its list tells of it. What is changed, or made anew under its name, has another id. */
export interface ListedThing {
  readonly id: string
  readonly name: string
}

export const idOf = (...parts: readonly (string | Date | undefined)[]): string =>
  parts.map(part => (part instanceof Date ? part.toISOString() : part)).join('#')

/** The images of each, which is described once for its id. All that is remembered there is of this one list. */
export async function describeOnce<Answer>(
  operation: string,
  things: readonly ListedThing[],
  remembered: RememberedNames,
  listing: AwsListing,
  send: (name: string, options: CallOptions) => Promise<Answer>,
  imagesOf: (answer: Answer, thing: ListedThing) => readonly string[],
): Promise<WorkloadImages[]> {
  remembered.keepOnly(new Set(things.map(({ id }) => id)))
  // Of this listing alone: another one may make it forget meanwhile. What is gone since it was listed has no entry.
  const known = new Map(things.map(({ id }) => [id, remembered.find(id)]))
  const fresh = things.filter(({ id }) => known.get(id) === undefined)
  await describeEach(
    operation,
    fresh,
    listing,
    ({ name }, options) => send(name, options),
    (answer, thing) => {
      const images = imagesOf(answer, thing)
      known.set(thing.id, images)
      remembered.remember(thing.id, images)
      return []
    },
  )
  return things.flatMap(({ id, name }) => (known.get(id) ?? []).map(image => ({ name, image })))
}
