import { AppRunnerClient, DescribeServiceCommand, ListServicesCommand } from '@aws-sdk/client-apprunner'
import pMap from 'p-map'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import type { ClientConfig, ListService } from './list-service.ts'

const servicesAtOnce = 4
const service = 'App Runner'
const list = { service, operation: 'ListServices' } as const
const describe = { service, operation: 'DescribeService', absent: ['ResourceNotFoundException'] } as const
/** Nothing starts them any more. */
const over: readonly (string | undefined)[] = ['DELETED']

export function openAppRunner(config: ClientConfig): ListService {
  const client = new AppRunnerClient(config)
  return listing => listAppRunnerImages(client, listing)
}

/** The image that each service starts instances from, also one that is paused or could not be made. */
export async function listAppRunnerImages(client: AppRunnerClient, listing: AwsListing): Promise<KindImages[]> {
  const services = await listing.all(list, async (NextToken, options) => {
    const page = await client.send(new ListServicesCommand({ NextToken, MaxResults: 20 }), options)
    return { items: page.ServiceSummaryList, next: page.NextToken }
  })
  const read = async ({ ServiceArn = '', ServiceName = '' }: (typeof services)[number]): Promise<KindImages[]> => {
    const answer = await listing.call(describe, options =>
      client.send(new DescribeServiceCommand({ ServiceArn }), options),
    )
    if (answer === undefined) return []
    const source = answer.Service?.SourceConfiguration
    if (source === undefined)
      throw new InvalidInputError(`${listing.textOf(describe)}: expected the source of ${ServiceName}, got none`)
    // One that is built from code names none.
    const image = source.ImageRepository?.ImageIdentifier
    return image === undefined ? [] : [{ kind: 'AppRunnerService', name: ServiceName, image }]
  }
  const running = services.filter(one => !over.includes(one.Status))
  return (await pMap(running, read, { concurrency: servicesAtOnce })).flat()
}
