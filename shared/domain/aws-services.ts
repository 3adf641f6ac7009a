/** The services of AWS that run images, as the settings name them. */
export const awsServices = [
  'lambda',
  'ecs',
  'apprunner',
  'batch',
  'codebuild',
  'sagemaker',
  'emr-serverless',
  'bedrock-agentcore',
] as const
export type AwsService = (typeof awsServices)[number]

/** Where one of them was not served when this was written, and its host is known to nobody. All others are everywhere. */
const served: Partial<Record<AwsService, (region: string) => boolean>> = {
  apprunner: region =>
    /^(ap-(northeast-1|south-1|southeast-[12])|eu-(central-1|west-[123])|us-(east-[12]|west-2))$/.test(region),
  codebuild: region =>
    !/^(ap-east-2|ca-west-1|mx-central-1|us-isob-west-1|eu-isoe-west-1|eusc-de-east-1)$/.test(region),
  sagemaker: region => !/^us-iso(b-west|-west)-1$/.test(region),
  'emr-serverless': region => !/^(cn-northwest-1|eusc-de-east-1|us-iso.*|eu-iso.*)$/.test(region),
  'bedrock-agentcore': region =>
    /^(ap-(northeast-[12]|south-[12]|southeast-[1257])|ca-central-1|eu-(central-1|north-1|south-[12]|west-[123])|sa-east-1|us-(east|west)-[12]|us-gov-west-1)$/.test(
      region,
    ),
}

/** True where a host that nobody knows says that the service is not there; anywhere else it says that DNS fails. */
export const mayLack = (service: AwsService, region: string): boolean => served[service]?.(region) === false

/** True of a service that some region lacked when this was written. */
export const isNotEverywhere = (service: AwsService): boolean => served[service] !== undefined

/** What uses an image on AWS, as usage names its kind. */
export const awsKinds = [
  'LambdaFunction',
  'TaskDefinition',
  'AppRunnerService',
  'BatchJobDefinition',
  'BatchJob',
  'BatchServiceJob',
  'CodeBuildProject',
  'SageMakerModel',
  'SageMakerModelPackage',
  'SageMakerEndpoint',
  'SageMakerInferenceComponent',
  'SageMakerImageVersion',
  'SageMakerTrainingJob',
  'SageMakerProcessingJob',
  'SageMakerTuningJob',
  'SageMakerAlgorithm',
  'SageMakerPipeline',
  'SageMakerMonitoringSchedule',
  'SageMakerMonitoringDefinition',
  'EmrServerlessApplication',
  'EmrServerlessJobRun',
  'AgentRuntime',
] as const
export type AwsKind = (typeof awsKinds)[number]
