import { type AwsService, mayLack } from '../../domain/aws-services.ts'
import { UnavailableError } from '../../errors.ts'
import { late } from '../../late.ts'
import type { ClientConfig, ListService } from './list-service.ts'

/** Each with its client, and imported as it is first listed: they are large, and most installations list few of them or none. */
const openers: Readonly<Record<AwsService, (config: ClientConfig) => Promise<ListService>>> = {
  lambda: async config => (await import('./lambda-functions.ts')).openLambda(config),
  ecs: async config => (await import('./ecs-images.ts')).openEcs(config),
  apprunner: async config => (await import('./app-runner-services.ts')).openAppRunner(config),
  batch: async config => (await import('./batch-jobs.ts')).openBatch(config),
  codebuild: async config => (await import('./codebuild-projects.ts')).openCodeBuild(config),
  sagemaker: async config => (await import('./sagemaker-images.ts')).openSageMaker(config),
  'emr-serverless': async config => (await import('./emr-applications.ts')).openEmrServerless(config),
  'bedrock-agentcore': async config => (await import('./agent-runtimes.ts')).openAgentRuntimes(config),
}

/** Makes no call yet. A service that the region lacks runs nothing there: see `mayLack`. */
export function openService(service: AwsService, config: ClientConfig): ListService {
  const open = late(() => openers[service](config))
  return async listing => {
    try {
      return await (await open())(listing)
    } catch (error) {
      const isAbsent = error instanceof UnavailableError && error.kind === 'dns' && mayLack(service, listing.region)
      if (!isAbsent) throw error
      return []
    }
  }
}
