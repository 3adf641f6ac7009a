import { readFileSync } from 'node:fs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe } from 'vitest'
import { ensureTable } from '../../../cli/embedded/aws/dynamodb.ts'
import { pushImage } from '../../../cli/embedded/registry/push-image.ts'
import { tableDefinition } from '../../../cli/embedded/table-definition.ts'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { createOciReader } from '../../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../../shared/adapters/registry/oci/oci-writer.ts'
import { createDynamoStore } from '../../../shared/adapters/store/dynamo-store.ts'
import { createToldStore } from '../../../shared/adapters/store/told-store.ts'
import type { ToldStore } from '../../../shared/ports/notifications.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { busContract, createRuleByApi } from '../../contract/bus.ts'
import { clusterContract } from '../../contract/cluster.ts'
import { queueContract } from '../../contract/queue.ts'
import { registryContract } from '../../contract/registry.ts'
import type { RegistryUnderTest } from '../../contract/registry-under-test.ts'
import { storeContract } from '../../contract/store.ts'
import { toldStoreContract } from '../../contract/told-store.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { startCluster } from '../parts/cluster.ts'
import { startDistribution } from '../parts/distribution.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'

const crds = new URL('../../../infra/cluster/crds', import.meta.url).pathname

async function distribution(version: '2' | '3'): Promise<RegistryUnderTest> {
  const registry = await startDistribution({ version })
  const address = { endpoint: registry.url, host: registry.host, configured: true }
  let repositories = 0
  return {
    provider: 'oci',
    reader: createOciReader(address),
    writer: createOciWriter(address),
    push: image => pushImage(registry.url, image),
    freshRepository: async () => `contract/case-${++repositories}`,
    capabilities: {
      tagDeletion: version === '2' ? 'dummy' : 'oci',
      lastTagHoldsImage: false,
      listsRepositories: true,
      listsDigests: false,
      tellsTimes: false,
      describes: false,
      listsReferrersByApi: false,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: false,
      collects: 'garbage collection of the registry',
    },
    close: () => registry.stop(),
  }
}

registryContract('distribution 3.1.2', () => distribution('3'))
registryContract('distribution 2.8.2', () => distribution('2'))

clusterContract('kube-apiserver', async () => {
  const real = await startCluster()
  await runKubectl(real.kubeconfigPath, ['apply', '-f', crds])
  await waitForKinds(real.kubeconfigPath)
  const kubeconfig = readFileSync(real.kubeconfigPath, 'utf8')
  return {
    kubeconfig,
    cluster: createKubernetesCluster({ name: 'eu-1', kubeconfig, shortList: 0 }),
    stop: () => real.stop(),
  }
})

const clientOptions = ({ endpoint, region }: AwsEmulator) => ({
  endpoint,
  region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})

describe('the AWS emulator', () => {
  let emulator: AwsEmulator
  let store: Store
  let told: ToldStore
  beforeAll(async () => {
    emulator = await startAwsEmulator()
    const client = new DynamoDBClient(clientOptions(emulator))
    await ensureTable(client, tableDefinition('contract'))
    store = createDynamoStore(client, 'contract')
    told = createToldStore(client, 'contract')
  })
  afterAll(() => emulator.stop())

  storeContract(() => store)
  describe('what receivers were told', () => toldStoreContract(() => told))
  // It refuses the receipt handle of an earlier receive, and takes a Detail that is no JSON; AWS's documents say otherwise.
  queueContract(
    'the AWS emulator',
    async () => ({ client: new SQSClient(clientOptions(emulator)), stop: async () => undefined }),
    { refusesOldReceiptHandles: true },
  )
  busContract(
    'the AWS emulator',
    async () => {
      const events = new EventBridgeClient(clientOptions(emulator))
      const queues = new SQSClient(clientOptions(emulator))
      return { events, queues, createRule: createRuleByApi(events, queues), stop: async () => undefined }
    },
    { takesMalformedDetail: true },
  )
})
