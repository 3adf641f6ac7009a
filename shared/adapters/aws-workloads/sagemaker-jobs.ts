import {
  DescribeHyperParameterTuningJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListProcessingJobsCommand,
  ListTrainingJobsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import { describeEach, listItems, sageMakerAction } from './sagemaker-calls.ts'

const running = { StatusEquals: 'InProgress' } as const

/** The images of training, processing and tuning that is under way: what waits for a machine pulls them later. */
export async function listSageMakerJobImages(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  // Tuning is listed first: a training that it starts meanwhile is then among the trainings.
  const tuning = await listTuning(client, listing)
  return [...tuning, ...(await listTraining(client, listing)), ...(await listProcessing(client, listing))]
}

async function listTuning(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const jobs = await listItems(
    sageMakerAction('ListHyperParameterTuningJobs'),
    listing,
    (page, options) => client.send(new ListHyperParameterTuningJobsCommand({ ...page, ...running }), options),
    page => page.HyperParameterTuningJobSummaries,
  )
  return describeEach(
    'DescribeHyperParameterTuningJob',
    jobs.flatMap(({ HyperParameterTuningJobName }) => HyperParameterTuningJobName ?? []),
    listing,
    (HyperParameterTuningJobName, options) =>
      client.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }), options),
    ({ TrainingJobDefinition, TrainingJobDefinitions = [] }, name) =>
      [TrainingJobDefinition, ...TrainingJobDefinitions]
        .flatMap(one => one?.AlgorithmSpecification?.TrainingImage ?? [])
        .map(image => ({ kind: 'SageMakerTuningJob', name, image }) as const),
  )
}

async function listTraining(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const jobs = await listItems(
    sageMakerAction('ListTrainingJobs'),
    listing,
    (page, options) => client.send(new ListTrainingJobsCommand({ ...page, ...running }), options),
    page => page.TrainingJobSummaries,
  )
  return describeEach(
    'DescribeTrainingJob',
    jobs.flatMap(({ TrainingJobName }) => TrainingJobName ?? []),
    listing,
    (TrainingJobName, options) => client.send(new DescribeTrainingJobCommand({ TrainingJobName }), options),
    ({ AlgorithmSpecification }, name) => {
      const image = AlgorithmSpecification?.TrainingImage
      return image === undefined ? [] : [{ kind: 'SageMakerTrainingJob', name, image } as const]
    },
  )
}

async function listProcessing(client: SageMakerClient, listing: AwsListing): Promise<KindImages[]> {
  const jobs = await listItems(
    sageMakerAction('ListProcessingJobs'),
    listing,
    (page, options) => client.send(new ListProcessingJobsCommand({ ...page, ...running }), options),
    page => page.ProcessingJobSummaries,
  )
  return describeEach(
    'DescribeProcessingJob',
    jobs.flatMap(({ ProcessingJobName }) => ProcessingJobName ?? []),
    listing,
    (ProcessingJobName, options) => client.send(new DescribeProcessingJobCommand({ ProcessingJobName }), options),
    ({ AppSpecification }, name) => {
      const image = AppSpecification?.ImageUri
      return image === undefined ? [] : [{ kind: 'SageMakerProcessingJob', name, image } as const]
    },
  )
}
