import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts'
import { AccessDeniedError } from '../../errors.ts'
import { translateAwsError } from './aws-errors.ts'

type Credentials = Exclude<STSClientConfig['credentials'], undefined>

/** Credentials of a role; the SDK's clients ask again before they run out. `translate` words what AWS refuses. */
export function assumedRole(roleArn: string, config: STSClientConfig, translate = translateAwsError): Credentials {
  const sts = new STSClient(config)
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'shelflife' })
  const what = `STS AssumeRole ${roleArn}`
  return async () => {
    const { Credentials: given } = await sts.send(command).catch(error => {
      throw translate(what, error, 'STS')
    })
    if (!given?.AccessKeyId || !given.SecretAccessKey)
      throw new AccessDeniedError(`${what}: expected credentials, got none`)
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      ...(given.SessionToken && { sessionToken: given.SessionToken }),
      ...(given.Expiration && { expiration: given.Expiration }),
    }
  }
}
