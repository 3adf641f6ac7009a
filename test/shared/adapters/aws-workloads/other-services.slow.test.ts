import { describe, expect, it, vi } from 'vitest'
import { createAwsWorkloads } from '../../../../shared/adapters/aws-workloads/aws-workloads.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { container } from './fake-agent-core.ts'
import { app, startListedAccount as start } from './listed-account.ts'

useFakeAwsCredentials()

/** SageMaker's word for what is not there. */
const gone = { error: 'ValidationException', message: 'Could not find it.' }

describe('App Runner', () => {
  it('uses the image of every service that is there, of all pages', async () => {
    const { aws, listed } = await start()
    aws.appRunner.run('api', `${app}:v1`)
    aws.appRunner.run('idle', `${app}:v2`, 'PAUSED')
    aws.appRunner.run('from-code')
    aws.appRunner.run('gone', `${app}:v3`, 'DELETED')
    aws.appRunner.run('broken', `${app}:v4`, 'CREATE_FAILED')

    expect(await listed()).toEqual([
      'AppRunnerService api app:v1',
      'AppRunnerService broken app:v4',
      'AppRunnerService idle app:v2',
    ])
  })
})

describe('Batch', () => {
  it('uses what active definitions name, on every kind of compute, older revisions to roll back to', async () => {
    const { aws, listed } = await start()
    const ecsProperties = { taskProperties: [{ containers: [{ image: `${app}:task` }, { image: `${app}:side` }] }] }
    const podProperties = { containers: [{ image: `${app}:pod` }], initContainers: [{ image: `${app}:init` }] }
    const nodeRangeProperties = [{ targetNodes: '0:', container: { image: `${app}:node` } }]
    aws.batch.register('etl', 1, { containerProperties: { image: `${app}:v1` } })
    aws.batch.register('etl', 2, { containerProperties: { image: `${app}:v2` } })
    aws.batch.register('fargate', 1, { ecsProperties })
    aws.batch.register('eks', 1, { eksProperties: { podProperties } })
    aws.batch.register('nodes', 1, { nodeProperties: { nodeRangeProperties } })
    aws.batch.register('old', 1, { containerProperties: { image: `${app}:old` } })
    aws.batch.deregister('old')

    expect(await listed()).toEqual([
      'BatchJobDefinition eks:1 app:init',
      'BatchJobDefinition eks:1 app:pod',
      'BatchJobDefinition etl:1 app:v1 (rollback)',
      'BatchJobDefinition etl:2 app:v2',
      'BatchJobDefinition fargate:1 app:side',
      'BatchJobDefinition fargate:1 app:task',
      'BatchJobDefinition nodes:1 app:node',
    ])
  })

  it('uses what jobs name that have not ended, whatever became of their definition', async () => {
    const { aws, listed } = await start()
    const statuses = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING']
    for (const status of statuses) aws.batch.submit('high', status, { container: { image: `${app}:${status}` } })
    aws.batch.submit('high', 'SUCCEEDED', { container: { image: `${app}:over` } })
    const override = { podProperties: { containers: [{ image: `${app}:override` }] } }
    for (const name of ['a', 'b', 'c']) aws.batch.submit('low', 'RUNNING', { eksProperties: override }, name)

    expect(await listed()).toEqual([
      'BatchJob a app:override',
      'BatchJob b app:override',
      'BatchJob c app:override',
      ...statuses.map(status => `BatchJob nightly app:${status}`).sort(),
    ])
  })
})

describe('service jobs of Batch', () => {
  const training = (AlgorithmSpecification: object) => JSON.stringify({ AlgorithmSpecification })

  it('use what SageMaker is to train by, from when they wait until they end', async () => {
    const { aws, listed } = await start()
    const statuses = ['SUBMITTED', 'PENDING', 'RUNNABLE', 'SCHEDULED', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED']
    for (const status of statuses)
      aws.batch.train('gpus', status, training({ TrainingImage: `${app}:${status}` }), 'tune')
    for (const name of ['a', 'b', 'c']) aws.batch.train('cpus', 'RUNNABLE', training({ TrainingImage: app }), name)
    aws.batch.submit('high', 'RUNNING', { container: { image: `${app}:beside` } })

    expect(await listed()).toEqual([
      'BatchJob nightly app:beside',
      ...['a', 'b', 'c'].map(name => `BatchServiceJob ${name} app`),
      ...statuses
        .slice(0, 6)
        .map(status => `BatchServiceJob tune app:${status}`)
        .sort(),
    ])
  })

  it('use what one trains by that goes back to wait while they are listed', async () => {
    const { aws, listed } = await start()
    aws.batch.train('gpus', 'RUNNING', training({ TrainingImage: `${app}:v1` }), 'preempted')
    aws.answer = ({ operation, input }) => {
      if (operation === 'listservicejobs' && input.jobStatus === 'SCHEDULED') aws.batch.move('preempted', 'RUNNABLE')
      return undefined
    }

    expect(await listed()).toEqual(['BatchServiceJob preempted app:v1'])
  })

  it('use no image where they train by what has none of its own', async () => {
    const { aws, listed } = await start()
    aws.batch.train('gpus', 'RUNNING', training({ AlgorithmName: 'forecast', TrainingInputMode: 'File' }), 'named')
    aws.batch.train('gpus', 'RUNNING', JSON.stringify({ ServerlessJobConfig: { JobType: 'FineTuning' } }), 'none')

    expect(await listed()).toEqual([])
  })

  it.each([undefined, '', 'no JSON', '{}', 'null', training({}), training({ TrainingImage: 7 })])(
    'are not known with a request of %j',
    async request => {
      const { aws, source } = await start()
      aws.batch.train('gpus', 'RUNNING', request, 'odd')

      expect(await failureOf(source.listWorkloads())).toMatchObject({
        name: 'InvalidInputError',
        message:
          'Batch DescribeServiceJob in eu-west-1: expected the image that job job-0 trains by, got a request that does not say it',
      })
    },
  )
})

describe('CodeBuild', () => {
  it('uses the image of every project, but those that are its own', async () => {
    const { aws, listed } = await start()
    aws.codeBuild.add('site', `${app}:build`)
    aws.codeBuild.add('standard', 'aws/codebuild/standard:7.0')
    aws.codeBuild.add('gone-meanwhile')
    aws.codeBuild.add('api', `${app}@${digestOf('one')}`)

    expect(await listed()).toEqual([`CodeBuildProject api app@${digestOf('one')}`, 'CodeBuildProject site app:build'])
  })
})

describe('SageMaker', () => {
  it('uses what models, packages, endpoints, components and images of Studio name, by digest where it knows one', async () => {
    const { aws, listed } = await start()
    const deployed = { SpecifiedImage: `${app}:v1`, ResolvedImage: `${app}@${digestOf('one')}` }
    const packageArn = 'arn:aws:sagemaker:eu-west-1:123456789012:model-package/group/3'
    const Containers = [{ Image: `${app}:packed`, ImageDigest: digestOf('packed') }]
    aws.sageMaker.add('model', 'one', { PrimaryContainer: { Image: `${app}:model` } })
    aws.sageMaker.add('model', 'many', { Containers: [{ Image: `${app}:a` }, { ModelPackageName: packageArn }] })
    aws.sageMaker.add('model', 'gone', undefined)
    aws.sageMaker.add(
      'package',
      packageArn,
      { InferenceSpecification: { Containers } },
      { ModelPackageArn: packageArn },
    )
    aws.sageMaker.add('endpoint', 'live', { ProductionVariants: [{ VariantName: 'a', DeployedImages: [deployed] }] })
    aws.sageMaker.add('component', 'part', { Specification: { Container: { DeployedImage: deployed } } })
    aws.sageMaker.add('image', 'studio', {})
    aws.sageMaker.add('version', 'studio', { BaseImage: `${app}:studio` }, { Version: 4 })

    expect(await listed()).toEqual([
      `SageMakerEndpoint live app:v1@${digestOf('one')}`,
      'SageMakerImageVersion studio:4 app:studio',
      `SageMakerInferenceComponent part app:v1@${digestOf('one')}`,
      'SageMakerModel many app:a',
      'SageMakerModel one app:model',
      `SageMakerModelPackage group/3 app:packed@${digestOf('packed')}`,
    ])
  })

  it('uses what training, processing and tuning name that is under way', async () => {
    const { aws, listed } = await start()
    const running = { Status: 'InProgress' }
    const specified = { AlgorithmSpecification: { TrainingImage: `${app}:train` } }
    aws.sageMaker.add('training', 'now', specified, running)
    aws.sageMaker.add('training', 'over', specified, { Status: 'Completed' })
    aws.sageMaker.add('training', 'of-aws', { AlgorithmSpecification: { AlgorithmName: 'xgboost' } }, running)
    aws.sageMaker.add('processing', 'prepare', { AppSpecification: { ImageUri: `${app}:prepare` } }, running)
    aws.sageMaker.add('tuning', 'search', { TrainingJobDefinitions: [specified] }, running)

    expect(await listed()).toEqual([
      'SageMakerProcessingJob prepare app:prepare',
      'SageMakerTrainingJob now app:train',
      'SageMakerTuningJob search app:train',
    ])
  })

  it('is asked once for a model that never changes', async () => {
    const { aws, source } = await start()
    aws.sageMaker.add('model', 'one', { PrimaryContainer: { Image: `${app}:model` } })

    await source.listWorkloads()
    const [again] = await source.listWorkloads()

    expect(again).toMatchObject({ name: 'one' })
    expect(aws.count('DescribeModel')).toBe(1)
  })

  it('uses what a package names now, which an update changes under the same ARN', async () => {
    const { aws, listed } = await start()
    const id = 'arn:aws:sagemaker:eu-west-1:123456789012:model-package/group/3'
    const naming = (Image: string) => ({ InferenceSpecification: { Containers: [{ Image }] } })
    aws.sageMaker.add('package', id, naming(`${app}:v1`), { ModelPackageArn: id })
    await listed()

    aws.sageMaker.change('package', id, naming(`${app}:v2`))

    expect(await listed()).toEqual(['SageMakerModelPackage group/3 app:v2'])
  })

  it('uses nothing of an image that is gone before its versions are listed', async () => {
    const { aws, listed } = await start()
    aws.sageMaker.add('image', 'studio', {})
    aws.answer = ({ operation }) => (operation === 'ListImageVersions' ? gone : undefined)

    expect(await listed()).toEqual([])
  })

  it.each([
    ['ListModels', 'at its first page', undefined],
    ['ListModels', 'at its second page', '2'],
    ['ListImageVersions', 'at its second page', '2'],
  ])('that finds nothing for %s %s is not known, since the list is cut there', async (operation, _, token) => {
    const { aws, source } = await start()
    aws.sageMaker.add('image', 'studio', {})
    for (const name of ['a', 'b', 'c']) {
      aws.sageMaker.add('model', name, {})
      aws.sageMaker.add('version', name, {})
    }
    aws.answer = call => (call.operation === operation && call.input.NextToken === token ? gone : undefined)

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'InvalidInputError' })
  })

  it('that finds a name not valid for another reason is not known', async () => {
    const { aws, source } = await start()
    aws.sageMaker.add('model', 'one', {})
    aws.answer = ({ operation }) =>
      operation === 'DescribeModel' ? { error: 'ValidationException', message: 'too long' } : undefined

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'InvalidInputError' })
  })
})

const ofSageMaker = ['ModelPackages', 'Endpoints', 'InferenceComponents', 'Images', 'ImageVersions', 'Models']
const ofDefinitions = ['Algorithms', 'Pipelines', 'MonitoringSchedules']
const ofMonitoring = ['DataQuality', 'ModelQuality', 'ModelBias', 'ModelExplainability']
const ofJobs = ['TrainingJobs', 'ProcessingJobs', 'HyperParameterTuningJobs']
const calls: [string, string][] = [
  ['apprunner', 'ListServices'],
  ['apprunner', 'DescribeService'],
  ['batch', 'describejobdefinitions'],
  ['batch', 'describejobqueues'],
  ['batch', 'listjobs'],
  ['batch', 'describejobs'],
  ['batch', 'listservicejobs'],
  ['batch', 'describeservicejob'],
  ['codebuild', 'ListProjects'],
  ['codebuild', 'BatchGetProjects'],
  ['sagemaker', 'DescribeModel'],
  ['sagemaker', 'DescribeEndpoint'],
  ['sagemaker', 'DescribePipeline'],
  ['emr-serverless', 'ListApplications'],
  ['emr-serverless', 'GetApplication'],
  ['emr-serverless', 'ListJobRuns'],
  ['emr-serverless', 'ListSessions'],
  ['emr-serverless', 'GetJobRun'],
  ['bedrock-agentcore', 'ListAgentRuntimes'],
  ['bedrock-agentcore', 'ListAgentRuntimeVersions'],
  ['bedrock-agentcore', 'ListAgentRuntimeEndpoints'],
  ['bedrock-agentcore', 'GetAgentRuntime'],
  ...ofMonitoring.map((type): [string, string] => ['sagemaker', `List${type}JobDefinitions`]),
  ...[...ofSageMaker, ...ofJobs, ...ofDefinitions].map((name): [string, string] => ['sagemaker', `List${name}`]),
]

describe('a listing', () => {
  it.each(calls)('that %s denies at %s is not known', async (service, operation) => {
    const { aws, source } = await start()
    aws.appRunner.run('api', `${app}:v1`)
    aws.batch.submit('high', 'RUNNING', { container: { image: `${app}:job` } })
    aws.batch.train('gpus', 'RUNNING', JSON.stringify({ ServerlessJobConfig: {} }), 'tune')
    aws.codeBuild.add('site', `${app}:build`)
    aws.sageMaker.add('model', 'one', {})
    aws.sageMaker.add('endpoint', 'live', {})
    aws.sageMaker.add('image', 'studio', {})
    aws.sageMaker.add('pipeline', 'nightly', { PipelineDefinition: '{}' })
    aws.emrServerless.application('etl', {
      imageConfiguration: { imageUri: `${app}:etl` },
      interactiveConfiguration: { sessionEnabled: true },
    })
    aws.emrServerless.run('etl', 'stream', 'RUNNING')
    aws.agentCore.deploy('agent', container(`${app}:v1`))
    aws.answer = call =>
      call.service === service && call.operation === operation
        ? { status: 400, error: 'AccessDeniedException' }
        : undefined

    expect(await failureOf(source.listWorkloads())).toMatchObject({ name: 'AccessDeniedError' })
  })

  it('asks the services alone that the settings name', async () => {
    const { aws } = await start()

    await createAwsWorkloads({ name: 'account-prod', services: ['ecs', 'batch'] }, { maxAttempts: 1 }).listWorkloads()

    expect(aws.count('ListClusters')).toBe(1)
    expect(aws.count('describejobqueues')).toBe(1)
    expect(['ListFunctions', 'ListProjects', 'ListModels', 'ListServices'].map(aws.count)).toEqual([0, 0, 0, 0])
  })

  it.each([
    ['takes a service for absent', 'eu-south-1', 'APPRUNNER', []],
    ['does not take a service for absent that the region has', 'eu-west-1', 'APPRUNNER', 'UnavailableError'],
    ['does not take a service for absent that every region has', 'eu-south-1', 'BATCH', 'UnavailableError'],
  ])('%s whose host in %s nobody knows', async (_, region, service, expected) => {
    const { source } = await start({ region })
    vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, 'http://no-such-service.invalid')

    const result = await source.listWorkloads().catch((error: Error) => error.name)

    expect(result).toEqual(expected)
  })
})
