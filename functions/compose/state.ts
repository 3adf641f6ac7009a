import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SSMClient } from '@aws-sdk/client-ssm'
import { createArchiveClient, createManifestArchive } from '../../shared/adapters/archive/s3-archive.ts'
import { createLayerArchive } from '../../shared/adapters/archive/s3-layers.ts'
import { createKillSwitch } from '../../shared/adapters/kill-switch/ssm-kill-switch.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { createMetricsStore } from '../../shared/adapters/store/metrics-store.ts'
import type { UnreadableRecordError } from '../../shared/errors.ts'
import { archiveClientOptions, tableClientOptions } from '../../shared/own-aws.ts'
import { withoutUseOf } from '../../shared/records/drained-clusters.ts'
import { leftOutOf, type Settings } from '../../shared/settings.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import { requireVariable } from '../runtime/environment.ts'

/*
 * The adapters of all functions, each with its client and what the wiring puts into the environment, file by file for
 * what they reach. A function calls, as it starts, for those it needs; a bundle holds those alone, since everything here
 * is a function and nothing in it has side effects (`sideEffects` in package.json). What can delete in a registry is not
 * here: sweep-execute alone names it.
 */

/** The store of one function, in whose log it says what it cannot read. What drained clusters used is not in use there. */
export const openStore = (serviceName: FunctionName, settings?: Settings) => {
  const store = createDynamoStore(
    new DynamoDBClient(tableClientOptions()),
    requireVariable('table'),
    unreadableIn(serviceName),
  )
  return settings ? withoutUseOf(leftOutOf(settings), store) : store
}

/** What is counted and measured, by one function or for its answers. */
export const openMetrics = (serviceName: FunctionName) =>
  createMetricsStore(new DynamoDBClient(tableClientOptions()), requireVariable('table'), unreadableIn(serviceName))

function unreadableIn(serviceName: FunctionName) {
  const log = new Logger({ serviceName })
  return (error: UnreadableRecordError) =>
    log.error('record cannot be read: what it is of is left alone', { key: error.key, error })
}

export const openKillSwitch = () => createKillSwitch(new SSMClient(), requireVariable('killSwitch'))

export const openArchive = () =>
  createManifestArchive(createArchiveClient(archiveClientOptions()), requireVariable('archive'))

export const openLayerArchive = ({ layerArchiveDays: days }: Settings) =>
  createLayerArchive(createArchiveClient(archiveClientOptions()), requireVariable('archive'), { days, now })

export const now = (): Date => new Date()
