import type { AwsAnswer } from './aws-answer.ts'
import { pageOf } from './fake-pages.ts'

interface FakeThing {
  /** By which it is described. */
  readonly id: string
  /** As the list tells of it. */
  readonly summary: Readonly<Record<string, unknown>>
  /** What describing it adds; undefined for what is gone by then. */
  readonly detail: Readonly<Record<string, unknown>> | undefined
}

const definitionsOf = (type: string) =>
  [`List${type}JobDefinitions`, 'JobDefinitionSummaries', `Describe${type}JobDefinition`, 'JobDefinitionName'] as const

/** Of each list its operation, the key of its items, and of its things the operation and the field that describe one. */
const kinds = {
  model: ['ListModels', 'Models', 'DescribeModel', 'ModelName'],
  package: ['ListModelPackages', 'ModelPackageSummaryList', 'DescribeModelPackage', 'ModelPackageName'],
  endpoint: ['ListEndpoints', 'Endpoints', 'DescribeEndpoint', 'EndpointName'],
  component: ['ListInferenceComponents', 'InferenceComponents', 'DescribeInferenceComponent', 'InferenceComponentName'],
  image: ['ListImages', 'Images', 'DescribeImage', 'ImageName'],
  version: ['ListImageVersions', 'ImageVersions', 'DescribeImageVersion', 'ImageName'],
  training: ['ListTrainingJobs', 'TrainingJobSummaries', 'DescribeTrainingJob', 'TrainingJobName'],
  processing: ['ListProcessingJobs', 'ProcessingJobSummaries', 'DescribeProcessingJob', 'ProcessingJobName'],
  tuning: [
    'ListHyperParameterTuningJobs',
    'HyperParameterTuningJobSummaries',
    'DescribeHyperParameterTuningJob',
    'HyperParameterTuningJobName',
  ],
  algorithm: ['ListAlgorithms', 'AlgorithmSummaryList', 'DescribeAlgorithm', 'AlgorithmName'],
  pipeline: ['ListPipelines', 'PipelineSummaries', 'DescribePipeline', 'PipelineName'],
  schedule: [
    'ListMonitoringSchedules',
    'MonitoringScheduleSummaries',
    'DescribeMonitoringSchedule',
    'MonitoringScheduleName',
  ],
  dataQuality: definitionsOf('DataQuality'),
  modelQuality: definitionsOf('ModelQuality'),
  modelBias: definitionsOf('ModelBias'),
  modelExplainability: definitionsOf('ModelExplainability'),
} as const

/** What one region has as SageMaker tells of it; of what is gone it says in words alone that it is. */
export class FakeSageMaker {
  readonly #things = new Map<keyof typeof kinds, FakeThing[]>()

  add(kind: keyof typeof kinds, id: string, detail: FakeThing['detail'], summary: FakeThing['summary'] = {}): void {
    const [, , , field] = kinds[kind]
    // Job definitions are listed by another name than they are described by.
    const listed = field === 'JobDefinitionName' ? `Monitoring${field}` : field
    const arn = `arn:aws:sagemaker:eu-west-1:123456789012:${kind}/${id}`
    const all = this.#things.get(kind) ?? []
    const own = { [listed]: id, [listed.replace(/Name$/, 'Arn')]: arn }
    all.push({ id, detail, summary: { ...own, ...summary } })
    this.#things.set(kind, all)
  }

  /** Gives one that is there another detail under the same name. */
  change(kind: keyof typeof kinds, id: string, detail: FakeThing['detail'], summary: FakeThing['summary'] = {}): void {
    const all = this.#things.get(kind) ?? []
    this.#things.set(
      kind,
      all.map(one => (one.id === id ? { ...one, detail, summary: { ...one.summary, ...summary } } : one)),
    )
  }

  answer(operation: string, input: Readonly<Record<string, unknown>>): AwsAnswer {
    for (const [kind, [list, key, describe, field]] of Object.entries(kinds)) {
      const things = this.#things.get(kind as keyof typeof kinds) ?? []
      if (operation === list) {
        const { StatusEquals: status } = input
        const listed = things.map(({ summary }) => summary).filter(one => !status || one.Status === status)
        return { body: pageOf(listed, input.NextToken, key, 'NextToken') }
      }
      if (operation !== describe) continue
      const detail = things.find(({ id }) => id === input[field])?.detail
      return detail
        ? { body: detail }
        : { error: 'ValidationException', message: `Could not find ${kind} "${input[field]}".` }
    }
    return { error: 'UnknownOperationException' }
  }
}
