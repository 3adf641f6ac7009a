import {
  DescribeDataQualityJobDefinitionCommand,
  DescribeModelBiasJobDefinitionCommand,
  DescribeModelExplainabilityJobDefinitionCommand,
  DescribeModelQualityJobDefinitionCommand,
  DescribeMonitoringScheduleCommand,
  ListDataQualityJobDefinitionsCommand,
  type ListDataQualityJobDefinitionsResponse,
  ListModelBiasJobDefinitionsCommand,
  ListModelExplainabilityJobDefinitionsCommand,
  ListModelQualityJobDefinitionsCommand,
  ListMonitoringSchedulesCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { AwsListing, CallOptions } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import { RememberedNames } from './remembered-names.ts'
import { describeOnce, idOf, listItems, newerSageMakerAction, type PageRequest } from './sagemaker-calls.ts'

interface DefinitionType {
  /** As its operations name it. */
  readonly type: string
  readonly list: (
    client: SageMakerClient,
    page: PageRequest,
    options: CallOptions,
  ) => Promise<ListDataQualityJobDefinitionsResponse>
  /** Its image. */
  readonly find: (client: SageMakerClient, name: string, options: CallOptions) => Promise<string | undefined>
}

const types: readonly DefinitionType[] = [
  {
    type: 'DataQuality',
    list: (client, page, options) => client.send(new ListDataQualityJobDefinitionsCommand(page), options),
    find: async (client, JobDefinitionName, options) =>
      (await client.send(new DescribeDataQualityJobDefinitionCommand({ JobDefinitionName }), options))
        .DataQualityAppSpecification?.ImageUri,
  },
  {
    type: 'ModelQuality',
    list: (client, page, options) => client.send(new ListModelQualityJobDefinitionsCommand(page), options),
    find: async (client, JobDefinitionName, options) =>
      (await client.send(new DescribeModelQualityJobDefinitionCommand({ JobDefinitionName }), options))
        .ModelQualityAppSpecification?.ImageUri,
  },
  {
    type: 'ModelBias',
    list: (client, page, options) => client.send(new ListModelBiasJobDefinitionsCommand(page), options),
    find: async (client, JobDefinitionName, options) =>
      (await client.send(new DescribeModelBiasJobDefinitionCommand({ JobDefinitionName }), options))
        .ModelBiasAppSpecification?.ImageUri,
  },
  {
    type: 'ModelExplainability',
    list: (client, page, options) => client.send(new ListModelExplainabilityJobDefinitionsCommand(page), options),
    find: async (client, JobDefinitionName, options) =>
      (await client.send(new DescribeModelExplainabilityJobDefinitionCommand({ JobDefinitionName }), options))
        .ModelExplainabilityAppSpecification?.ImageUri,
  },
]

/** The images that models are monitored by: of every job definition, and of schedules that define their job themselves. */
export function openMonitoring(client: SageMakerClient): (listing: AwsListing) => Promise<KindImages[]> {
  const definitions = types.map(type => ({ type, remembered: new RememberedNames() }))
  const schedules = new RememberedNames()
  return async listing => {
    // Schedules are listed first: a definition that one is given meanwhile is then among the definitions.
    const found = await listScheduleImages(client, schedules, listing)
    for (const { type, remembered } of definitions)
      found.push(...(await listDefinitionImages(client, type, remembered, listing)))
    return found
  }
}

async function listScheduleImages(
  client: SageMakerClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<KindImages[]> {
  const schedules = await listItems(
    newerSageMakerAction('ListMonitoringSchedules'),
    listing,
    (page, options) => client.send(new ListMonitoringSchedulesCommand(page), options),
    page => page.MonitoringScheduleSummaries,
  )
  const found = await describeOnce(
    'DescribeMonitoringSchedule',
    schedules.map(({ MonitoringScheduleArn, MonitoringScheduleName = '', CreationTime, LastModifiedTime }) => ({
      id: idOf(MonitoringScheduleArn, CreationTime, LastModifiedTime),
      name: MonitoringScheduleName,
    })),
    remembered,
    listing,
    (MonitoringScheduleName, options) =>
      client.send(new DescribeMonitoringScheduleCommand({ MonitoringScheduleName }), options),
    ({ MonitoringScheduleConfig: config }) => {
      const image = config?.MonitoringJobDefinition?.MonitoringAppSpecification?.ImageUri
      return image === undefined ? [] : [image]
    },
  )
  return found.map(one => ({ kind: 'SageMakerMonitoringSchedule', ...one }))
}

async function listDefinitionImages(
  client: SageMakerClient,
  { type, list, find }: DefinitionType,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<KindImages[]> {
  const definitions = await listItems(
    newerSageMakerAction(`List${type}JobDefinitions`),
    listing,
    (page, options) => list(client, page, options),
    page => page.JobDefinitionSummaries,
  )
  const found = await describeOnce(
    `Describe${type}JobDefinition`,
    definitions.map(({ MonitoringJobDefinitionArn, MonitoringJobDefinitionName = '', CreationTime }) => ({
      id: idOf(MonitoringJobDefinitionArn, CreationTime),
      name: MonitoringJobDefinitionName,
    })),
    remembered,
    listing,
    async (name, options) => ({ image: await find(client, name, options) }),
    ({ image }) => (image === undefined ? [] : [image]),
  )
  return found.map(one => ({ kind: 'SageMakerMonitoringDefinition', ...one }))
}
