import type { InstallationId } from '../../shared/installation-names.ts'
import { setOwnAwsAside } from '../../shared/own-aws.ts'
import { bus, environmentNames, killSwitchParameter } from '../../shared/wiring.ts'
import type { LocalAws } from './aws/endpoint.ts'
import { queueEnvironment } from './local-transport.ts'

interface LocalNames {
  /** Absent: a real table. */
  readonly dynamodbEndpoint: string | undefined
  readonly tableName: string
  readonly settingsFile: string
  readonly archive: string
  readonly sealingKey: string
  readonly installation: InstallationId
}

/**
 * The clients of the functions find the embedded parts by their environment, as they find AWS in production. A person's
 * own credentials are set aside: they are for what is real. What is returned puts all of it back.
 */
export function setEnvironment(
  aws: LocalAws,
  { dynamodbEndpoint, tableName, settingsFile, archive, sealingKey, installation }: LocalNames,
): () => void {
  const before = { ...process.env }
  const { AWS_REGION = aws.identity.region } = process.env
  setOwnAwsAside(dynamodbEndpoint === undefined)
  Object.assign(process.env, aws.environment, {
    AWS_REGION,
    ...(dynamodbEndpoint && { AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint }),
    AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_REQUIRED',
    // They are for CloudWatch, which is not here; /metrics says the same.
    POWERTOOLS_METRICS_DISABLED: 'true',
    [environmentNames.settingsFile]: settingsFile,
    [environmentNames.table]: tableName,
    [environmentNames.bus]: bus.name,
    ...queueEnvironment(aws),
    [environmentNames.archive]: archive,
    [environmentNames.killSwitch]: killSwitchParameter,
    [environmentNames.sealingKey]: `alias/${sealingKey}`,
    [environmentNames.installation]: installation,
  })
  const names = new Set([...Object.keys(before), ...Object.keys(process.env)])
  const changed = [...names].filter(name => process.env[name] !== before[name])
  return () => {
    for (const name of changed) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}
