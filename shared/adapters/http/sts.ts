// Imported where it is needed, since most installations take no role and have no cluster of EKS.
import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts'

export const openSts = (config: STSClientConfig): STSClient => new STSClient(config)

/** Credentials of a role, as STS gives them. */
export async function askForRole(sts: STSClient, roleArn: string): Promise<Credentials | undefined> {
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'shelflife' })
  return (await sts.send(command)).Credentials
}

/** The ARN of whom STS takes us for; empty where it does not say. */
export async function askForIdentity(sts: STSClient): Promise<string> {
  const { Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
  return arn
}
