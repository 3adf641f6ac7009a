import { DescribePipelineCommand, ListPipelinesCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker'
import { findJson } from '../../domain/json.ts'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'
import { imagesOfPipeline } from './pipeline-images.ts'
import type { RememberedNames } from './remembered-names.ts'
import { describeOnce, goneSageMakerAction, idOf, listItems, newerSageMakerAction } from './sagemaker-calls.ts'

const describe = 'DescribePipeline'

/**
 * The images that the steps of every pipeline name, as it is now.
 * @throws InvalidInputError when the definition of one cannot be read
 */
export async function listPipelineImages(
  client: SageMakerClient,
  remembered: RememberedNames,
  listing: AwsListing,
): Promise<KindImages[]> {
  const pipelines = await listItems(
    newerSageMakerAction('ListPipelines'),
    listing,
    (page, options) => client.send(new ListPipelinesCommand(page), options),
    page => page.PipelineSummaries,
  )
  const found = await describeOnce(
    describe,
    pipelines.map(({ PipelineArn, PipelineName = '', CreationTime, LastModifiedTime }) => ({
      id: idOf(PipelineArn, CreationTime, LastModifiedTime),
      name: PipelineName,
    })),
    remembered,
    listing,
    (PipelineName, options) => client.send(new DescribePipelineCommand({ PipelineName }), options),
    ({ PipelineDefinition = '' }, { name }) => {
      const definition = findJson(PipelineDefinition)
      if (definition === undefined)
        throw new InvalidInputError(
          `${listing.textOf(goneSageMakerAction(describe))}: expected the definition of ${name} as JSON, got other text`,
        )
      return imagesOfPipeline(definition)
    },
  )
  return found.map(one => ({ kind: 'SageMakerPipeline', ...one }))
}
