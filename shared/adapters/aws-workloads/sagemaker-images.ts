import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import type { ClientConfig, ListService } from './list-service.ts'
import { RememberedNames } from './remembered-names.ts'
import { listComponentImages, listEndpointImages, listStudioImages } from './sagemaker-endpoints.ts'
import { listSageMakerJobImages } from './sagemaker-jobs.ts'
import { listAlgorithmImages, listModelImages, listModelPackageImages } from './sagemaker-models.ts'
import { openMonitoring } from './sagemaker-monitoring.ts'
import { listPipelineImages } from './sagemaker-pipelines.ts'

/** All that SageMaker runs, and all that it can be told by name to run. */
export function openSageMaker(config: ClientConfig): ListService {
  const client = new SageMakerClient(config)
  const [models, algorithms, pipelines] = [new RememberedNames(), new RememberedNames(), new RememberedNames()]
  const listMonitoring = openMonitoring(client)
  return async listing => {
    // What runs is listed first: what is made of a model meanwhile is then named by the model.
    const running = [
      ...(await listEndpointImages(client, listing)),
      ...(await listComponentImages(client, listing)),
      ...(await listSageMakerJobImages(client, listing)),
    ]
    const made = await Promise.all([
      listModelImages(client, models, listing),
      listModelPackageImages(client, listing),
      listStudioImages(client, listing),
      listAlgorithmImages(client, algorithms, listing),
      listPipelineImages(client, pipelines, listing),
      listMonitoring(listing),
    ])
    return [...running, ...made.flat()]
  }
}
