import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { Context, SQSEvent } from 'aws-lambda'
import { createArchiveClient, createManifestArchive } from '../../shared/adapters/archive/s3-archive.ts'
import { connectAwsWorkloads } from '../../shared/adapters/aws-workloads/connect-aws-workloads.ts'
import { connectClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createKillSwitch } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createWriters } from '../../shared/adapters/registry/writers.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import { handleBatch } from '../../shared/lambda/partial-batch.ts'
import { retrySoon } from '../../shared/lambda/retry-soon.ts'
import { canonicalHost } from '../../shared/settings.ts'
import { executeSweep } from '../../shared/sweep/execute/execute-sweep.ts'
import { parseSweepRequest } from '../../shared/sweep/execute/parse-request.ts'

const log = new Logger({ serviceName: 'sweep-execute' })
const settings = readSettings()
const secrets = createSecretStore(new SecretsManagerClient())
const retry = retrySoon(new SQSClient())
const deps = {
  store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
  writerFor: createWriters({ settings, secrets }).writer,
  archive: createManifestArchive(createArchiveClient(), requireVariable('archive')),
  killSwitch: createKillSwitch(new SSMClient(), requireVariable('killSwitch')),
  awsWorkloads: connectAwsWorkloads(settings),
  canonicalHost: (host: string) => canonicalHost(settings, host),
  now: () => new Date(),
}

/** Triggered by the sweep queue, one repository a message: the only function that can delete. */
export const handler = async (event: SQSEvent, context?: Pick<Context, 'getRemainingTimeInMillis'>) => {
  const clusters = await connectClusters(settings, secrets, 'executor')
  const remainingMs = context && (() => context.getRemainingTimeInMillis())
  return handleBatch(
    event,
    log,
    async record => {
      const request = parseSweepRequest(record.body)
      const { message: detail, ...counts } = await executeSweep(request, { ...deps, clusters, remainingMs })
      log.info('swept', { request, ...counts, detail })
    },
    retry,
  )
}
