import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../support/failure-of.ts'
import { digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { app, startListedAccount } from './listed-account.ts'

useFakeAwsCredentials()

const start = () => startListedAccount({ services: ['sagemaker'] })

const at = (minutes: number) => ({ LastModifiedTime: 1_700_000_000 + minutes * 60 })
const pipeline = (definition: object) => ({ PipelineDefinition: JSON.stringify(definition) })
const processing = (ImageUri: unknown) => ({
  Steps: [{ Name: 'prepare', Type: 'Processing', Arguments: { AppSpecification: { ImageUri } } }],
})

describe('SageMaker', () => {
  it('uses what algorithms train and infer by, of all pages, by digest where it knows one', async () => {
    const { aws, listed } = await start()
    const Containers = [{ Image: `${app}:infer`, ImageDigest: digestOf('infer') }]
    for (const name of ['a', 'b'])
      aws.sageMaker.add('algorithm', name, { TrainingSpecification: { TrainingImage: app } })
    aws.sageMaker.add('algorithm', 'forest', {
      TrainingSpecification: { TrainingImage: `${app}:train` },
      InferenceSpecification: { Containers },
    })
    aws.sageMaker.add('algorithm', 'gone', undefined)

    expect(await listed()).toEqual([
      'SageMakerAlgorithm a app',
      'SageMakerAlgorithm b app',
      `SageMakerAlgorithm forest app:infer@${digestOf('infer')}`,
      'SageMakerAlgorithm forest app:train',
    ])
  })

  it('uses what pipelines name, of all pages', async () => {
    const { aws, listed } = await start()
    for (const name of ['a', 'b', 'c']) aws.sageMaker.add('pipeline', name, pipeline(processing(`${app}:${name}`)))
    aws.sageMaker.add('pipeline', 'gone', undefined)

    expect(await listed()).toEqual([
      'SageMakerPipeline a app:a',
      'SageMakerPipeline b app:b',
      'SageMakerPipeline c app:c',
    ])
  })

  it('reads a pipeline once for each change of it', async () => {
    const { aws, listed } = await start()
    aws.sageMaker.add('pipeline', 'nightly', pipeline(processing(`${app}:v1`)), at(0))
    await listed()
    await listed()

    aws.sageMaker.change('pipeline', 'nightly', pipeline(processing(`${app}:v2`)), at(1))

    expect(await listed()).toEqual(['SageMakerPipeline nightly app:v2'])
    expect(aws.count('DescribePipeline')).toBe(2)
  })

  it.each([undefined, '', 'no JSON'])('that has %j for a definition of a pipeline is not known', async text => {
    const { aws, source } = await start()
    aws.sageMaker.add('pipeline', 'odd', { PipelineDefinition: text })

    expect(await failureOf(source.listWorkloads())).toMatchObject({
      name: 'InvalidInputError',
      message: 'SageMaker DescribePipeline in eu-west-1: expected the definition of odd as JSON, got other text',
    })
  })

  it('uses what models are monitored by, in a definition of each kind and in a schedule itself', async () => {
    const { aws, listed } = await start()
    aws.sageMaker.add('dataQuality', 'data', { DataQualityAppSpecification: { ImageUri: `${app}:data` } })
    aws.sageMaker.add('modelQuality', 'quality', { ModelQualityAppSpecification: { ImageUri: `${app}:quality` } })
    aws.sageMaker.add('modelBias', 'bias', { ModelBiasAppSpecification: { ImageUri: `${app}:bias` } })
    aws.sageMaker.add('modelExplainability', 'why', { ModelExplainabilityAppSpecification: { ImageUri: `${app}:why` } })
    const own = { MonitoringAppSpecification: { ImageUri: `${app}:own` } }
    aws.sageMaker.add('schedule', 'hourly', { MonitoringScheduleConfig: { MonitoringJobDefinition: own } })
    const named = { MonitoringJobDefinitionName: 'data', MonitoringType: 'DataQuality' }
    aws.sageMaker.add('schedule', 'daily', { MonitoringScheduleConfig: named }, { ...named })
    aws.sageMaker.add('schedule', 'gone', undefined)

    expect(await listed()).toEqual([
      'SageMakerMonitoringDefinition bias app:bias',
      'SageMakerMonitoringDefinition data app:data',
      'SageMakerMonitoringDefinition quality app:quality',
      'SageMakerMonitoringDefinition why app:why',
      'SageMakerMonitoringSchedule hourly app:own',
    ])
  })

  it('is asked once for definitions that never change, and again for a schedule that did', async () => {
    const { aws, listed } = await start()
    const named = (ImageUri: string) => ({
      MonitoringScheduleConfig: { MonitoringJobDefinition: { MonitoringAppSpecification: { ImageUri } } },
    })
    for (const name of ['a', 'b', 'c'])
      aws.sageMaker.add('modelBias', name, { ModelBiasAppSpecification: { ImageUri: app } })
    aws.sageMaker.add('schedule', 'hourly', named(`${app}:v1`), at(0))
    await listed()

    aws.sageMaker.change('schedule', 'hourly', named(`${app}:v2`), at(1))

    expect((await listed()).at(-1)).toBe('SageMakerMonitoringSchedule hourly app:v2')
    expect(aws.count('DescribeModelBiasJobDefinition')).toBe(3)
    expect(aws.count('DescribeMonitoringSchedule')).toBe(2)
  })

  it('has none of a kind in a region that does not know the list of it', async () => {
    const { aws, listed } = await start()
    aws.sageMaker.add('model', 'one', { PrimaryContainer: { Image: `${app}:model` } })
    aws.answer = ({ operation }) =>
      /^List(Algorithms|Pipelines|Images|InferenceComponents|ModelPackages|MonitoringSchedules|.*JobDefinitions)$/.test(
        operation,
      )
        ? { error: 'UnknownOperationException' }
        : undefined

    expect(await listed()).toEqual(['SageMakerModel one app:model'])
  })

  it('asks again for an algorithm that was not made yet', async () => {
    const { aws, listed } = await start()
    aws.sageMaker.add('algorithm', 'forest', {}, { AlgorithmStatus: 'InProgress' })
    await listed()

    const made = { TrainingSpecification: { TrainingImage: `${app}:train` } }
    aws.sageMaker.change('algorithm', 'forest', made, { AlgorithmStatus: 'Completed' })

    expect(await listed()).toEqual(['SageMakerAlgorithm forest app:train'])
  })

  it('loses nothing of what is remembered while another listing finds less', async () => {
    const { aws, listed } = await start()
    for (const name of ['a', 'b']) aws.sageMaker.add('pipeline', name, pipeline(processing(`${app}:${name}`)), at(0))
    await listed()
    aws.sageMaker.change('pipeline', 'b', pipeline(processing(`${app}:new`)), at(1))
    const state = { isFirst: true }
    aws.answer = async ({ operation }) => {
      if (operation === 'ListPipelines' && !state.isFirst) return { body: { PipelineSummaries: [] } }
      if (operation !== 'DescribePipeline') return undefined
      state.isFirst = false
      await listed()
      return undefined
    }

    expect(await listed()).toEqual(['SageMakerPipeline a app:a', 'SageMakerPipeline b app:new'])
  })
})
