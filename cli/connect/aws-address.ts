import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import * as z from 'zod'
import { configFileOf, loadConfig } from '../../infra/config.ts'
import { InvalidInputError, UnavailableError } from '../../shared/errors.ts'
import { installationNames } from '../../shared/installation-names.ts'
import type { LocalAddress } from './local-address.ts'

/** Which deployed installation of an account and region. */
export interface DeployedTarget {
  /** Its configuration; default: the file of its name. */
  readonly config?: string | undefined
  /** Its name; default: what its configuration says. */
  readonly installation?: string | undefined
}

/** Where the deployed installation keeps everything. */
export type AwsAddress = LocalAddress

const publishedQueues = z.object({ hints: z.string(), sync: z.string(), reconcile: z.string(), sweep: z.string() })
const published = z.object({ table: z.string(), archive: z.string(), killSwitch: z.string() })

/**
 * Finds the installation by the parameter that the state stack publishes; account, region and credentials are those of
 * the AWS environment. @throws InvalidInputError where none of its name is deployed there
 */
export async function findAwsAddress({ config, installation }: DeployedTarget): Promise<AwsAddress> {
  const { name, settings } = await loadConfig(config ?? configFileOf(installation), installation)
  const names = installationNames(name)
  const { installationParameter, queuesParameter, webhookParameter } = names
  const found = published.parse(
    JSON.parse(await readParameter(installationParameter, deployAll(installationParameter))),
  )
  return {
    settings,
    ...found,
    deployed: { names, table: found.table, archive: found.archive },
    dynamodb: {},
    others: {},
    findWebhookUrl: async () =>
      (await readParameter(webhookParameter, deployPipeline(webhookParameter))).replace(/\/+$/, ''),
    findQueueUrls: async () =>
      publishedQueues.parse(JSON.parse(await readParameter(queuesParameter, deployWork(queuesParameter)))),
    keepWebhookSecrets: () => undefined,
    findActor: async () => (await findCaller()).actor,
    findId: async () => {
      const { account, region } = await findCaller()
      return `${account}/${region}/${name}`
    },
  }
}

const deployAll = (parameter: string) =>
  `expected an installation in this account and region, found no parameter ${parameter}; deploy one with npx cdk deploy --all, set AWS_PROFILE and AWS_REGION, or name another with --installation`
const deployPipeline = (parameter: string) =>
  `expected the address of the webhooks in the parameter ${parameter}, found none: a version before deployed the pipeline; deploy it again, or name the address, the output WebhookUrl, with --url`

const deployWork = (parameter: string) =>
  `expected the queues in the parameter ${parameter}, found none: a version before is deployed; deploy this one`

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

async function findCaller() {
  const sts = new STSClient()
  try {
    const { Arn, Account } = await sts.send(new GetCallerIdentityCommand())
    return { actor: `person ${Arn ?? 'unknown'}`, account: Account, region: await sts.config.region() }
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const message = `STS: expected to learn whose credentials these are: ${cause.message}`
    throw new UnavailableError(message, { kind: 'server', cause })
  } finally {
    sts.destroy()
  }
}
