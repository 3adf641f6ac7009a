import { AppRunnerClient } from '@aws-sdk/client-apprunner'
import { BatchClient } from '@aws-sdk/client-batch'
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control'
import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { ECSClient } from '@aws-sdk/client-ecs'
import { EMRServerlessClient } from '@aws-sdk/client-emr-serverless'
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { type AwsService, mayLack } from '../../domain/aws-services.ts'
import { UnavailableError } from '../../errors.ts'
import { listAgentRuntimeImages } from './agent-runtimes.ts'
import { listAppRunnerImages } from './app-runner-services.ts'
import type { AwsListing } from './aws-listing.ts'
import { listBatchImages } from './batch-jobs.ts'
import { listCodeBuildImages } from './codebuild-projects.ts'
import { listTaskDefinitionImages } from './ecs-images.ts'
import { listEmrServerlessImages } from './emr-applications.ts'
import type { KindImages } from './image-names.ts'
import { listFunctionImages } from './lambda-functions.ts'
import { RememberedNames } from './remembered-names.ts'
import { openSageMaker } from './sagemaker-images.ts'

/** What all clients of one account and region are made with. */
export type ClientConfig = Pick<
  LambdaClientConfig,
  'region' | 'credentials' | 'requestHandler' | 'maxAttempts' | 'retryMode'
>

/** All that a service runs, or a throw. Remembers what never changes from one listing to the next. */
export type ListService = (listing: AwsListing) => Promise<readonly KindImages[]>

const openers: Readonly<Record<AwsService, (config: ClientConfig) => ListService>> = {
  lambda: config => {
    const [client, remembered] = [new LambdaClient(config), new RememberedNames()]
    return async listing => (await listFunctionImages(client, remembered, listing)).map(asKind('LambdaFunction'))
  },
  ecs: config => {
    const [client, remembered] = [new ECSClient(config), new RememberedNames()]
    return async listing => (await listTaskDefinitionImages(client, remembered, listing)).map(asKind('TaskDefinition'))
  },
  apprunner: config => {
    const client = new AppRunnerClient(config)
    return listing => listAppRunnerImages(client, listing)
  },
  batch: config => {
    const client = new BatchClient(config)
    return listing => listBatchImages(client, listing)
  },
  codebuild: config => {
    const client = new CodeBuildClient(config)
    return listing => listCodeBuildImages(client, listing)
  },
  sagemaker: config => openSageMaker(new SageMakerClient(config)),
  'emr-serverless': config => {
    const client = new EMRServerlessClient(config)
    const remembered = { runs: new RememberedNames(), plain: new RememberedNames() }
    return listing => listEmrServerlessImages(client, remembered, listing)
  },
  'bedrock-agentcore': config => {
    const client = new BedrockAgentCoreControlClient(config)
    const remembered = { images: new RememberedNames(), versions: new RememberedNames() }
    return listing => listAgentRuntimeImages(client, remembered, listing)
  },
}

const asKind =
  (kind: KindImages['kind']) =>
  (found: Omit<KindImages, 'kind'>): KindImages => ({ kind, ...found })

/** Makes no call yet. A service that the region lacks runs nothing there: see `mayLack`. */
export function openService(service: AwsService, config: ClientConfig): ListService {
  const list = openers[service](config)
  return async listing => {
    try {
      return await list(listing)
    } catch (error) {
      const isAbsent = error instanceof UnavailableError && error.kind === 'dns' && mayLack(service, listing.region)
      if (!isAbsent) throw error
      return []
    }
  }
}
