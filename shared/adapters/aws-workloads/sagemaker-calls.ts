import pMap from 'p-map'
import { errorName } from '../http/aws-errors.ts'
import type { AwsAction, AwsListing, CallOptions } from './aws-listing.ts'

const service = 'SageMaker'
const describedAtOnce = 4

/** SageMaker says of most that is gone that a name is not valid, and why only in words. */
const isGone = (error: unknown): boolean =>
  /^ResourceNotFound/.test(errorName(error)) ||
  (errorName(error) === 'ValidationException' &&
    error instanceof Error &&
    /could not find|does not exist|not found/i.test(error.message))

export const sageMakerAction = (operation: string): AwsAction => ({ service, operation })

/** Of what may be gone since it was listed. */
export const goneSageMakerAction = (operation: string): AwsAction => ({ service, operation, isAbsent: isGone })

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
