import type { Failure } from '@aws-sdk/client-ecs'
import pMap from 'p-map'
import { slices } from '../../domain/slices.ts'
import { InvalidInputError } from '../../errors.ts'
import type { AwsAction, AwsListing, CallOptions } from './aws-listing.ts'

const batchesAtOnce = 4

/** Of one batch: ECS names what it could not give in an answer that is a success. */
export interface Described<Item> {
  readonly items: readonly Item[] | undefined
  readonly failures: readonly Failure[] | undefined
}

/**
 * Describes all of `ids`, so many a call as ECS takes. What was deleted meanwhile is left out.
 * @throws InvalidInputError when ECS neither gives a thing nor says that it is gone
 */
export async function describeAll<Item>(
  action: AwsAction,
  ids: readonly string[],
  batchSize: number,
  listing: AwsListing,
  read: (batch: string[], options: CallOptions) => Promise<Described<Item>>,
): Promise<Item[]> {
  const readBatch = async (batch: string[]): Promise<readonly Item[]> => {
    const answer = await listing.call(action, options => read(batch, options))
    if (answer === undefined) return []
    const { items = [], failures = [] } = answer
    const other = failures.find(({ reason }) => reason !== 'MISSING')
    if (other !== undefined || items.length + failures.length < batch.length)
      throw new InvalidInputError(
        `${listing.textOf(action)}: expected each of ${batch.length}, got ${items.length}${other ? ` and ${other.reason} for ${other.arn}` : ''}`,
      )
    return items
  }
  return (await pMap(slices(ids, batchSize), readBatch, { concurrency: batchesAtOnce })).flat()
}
