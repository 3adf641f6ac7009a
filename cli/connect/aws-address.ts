import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import * as z from 'zod'
import { loadConfig } from '../../infra/config.ts'
import { InvalidInputError, UnavailableError } from '../../shared/errors.ts'
import { installationParameter, webhookParameter } from '../../shared/wiring.ts'
import type { LocalAddress } from './local-address.ts'

/** Where the deployed installation keeps everything. */
export type AwsAddress = LocalAddress

const published = z.object({ table: z.string(), archive: z.string(), killSwitch: z.string() })

/**
 * Finds the installation by the parameter that the state stack publishes; account, region and credentials are those of
 * the AWS environment. @throws InvalidInputError where none is deployed there
 */
export async function findAwsAddress(configFile: string): Promise<AwsAddress> {
  const { settings } = await loadConfig(configFile)
  const names = published.parse(JSON.parse(await readParameter(installationParameter, deployAll)))
  return {
    settings,
    ...names,
    dynamodb: {},
    others: {},
    findWebhookUrl: async () => (await readParameter(webhookParameter, deployPipeline)).replace(/\/+$/, ''),
    keepWebhookSecrets: () => undefined,
    findActor: findCaller,
  }
}

const deployAll = `expected an installation in this account and region, found no parameter ${installationParameter}; deploy one with npx cdk deploy --all, or set AWS_PROFILE and AWS_REGION`
const deployPipeline = `expected the address of the webhooks in the parameter ${webhookParameter}, found none: a version before deployed the pipeline; deploy it again, or name the address, the output WebhookUrl, with --url`

/** @throws InvalidInputError with `missing` where there is none */
async function readParameter(name: string, missing: string): Promise<string> {
  const ssm = new SSMClient()
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }))
    return Parameter?.Value ?? ''
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    if (cause.name === 'ParameterNotFound') throw new InvalidInputError(missing, { cause })
    const message = `${name}: expected the parameter of the installation: ${cause.message}`
    throw new UnavailableError(message, { kind: 'server', cause })
  } finally {
    ssm.destroy()
  }
}

async function findCaller(): Promise<string> {
  const sts = new STSClient()
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand())
    return `person ${Arn ?? 'unknown'}`
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const message = `STS: expected to learn whose credentials these are, for the audit trail: ${cause.message}`
    throw new UnavailableError(message, { kind: 'server', cause })
  } finally {
    sts.destroy()
  }
}
