import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { expect } from 'vitest'
import type { FunctionName } from '../../../shared/wiring.ts'
import type { Scene, World } from '../../scenarios/world.ts'
import { deleteAll, shortGrace } from '../../support/rulebook.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { startDistribution } from '../parts/distribution.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { type Deployed, deployRelease, functionNames, grantBatches, type Sources } from './aws-world.ts'
import { kubeconfigOfOther, passOn } from './other-loopback.ts'

/** One account, one cluster and one registry, in which one version after the other is deployed. */
export interface RollbackWorld extends World {
  readonly emulator: AwsEmulator
  /** Applies the definitions and rights of a version, as one does before a deploy. */
  apply(sources: Sources): Promise<void>
  /** `only` that stack. */
  deploy(sources: Sources, more?: { readonly keepEarlier?: boolean; readonly only?: string }): Promise<void>
  /** What the schedules of these functions do, in this order. */
  invoke(...names: readonly FunctionName[]): Promise<void>
  /** What the command of the deployed version prints, or a throw where it fails. */
  shelflife(...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/** Those that send batches. */
const senders: readonly FunctionName[] = ['reconcile', 'sweep-plan', 'webhook', 'sync', 'inventory', 'sweep-execute']

async function startParts() {
  const [cluster, emulator, registry] = await Promise.all([
    startCluster(),
    startAwsEmulator(),
    startDistribution({ version: '3' }),
  ])
  const passed = await passOn(Number(new URL(cluster.url).port))
  const stop = async () => {
    passed.close()
    await Promise.all([registry.stop(), cluster.stop(), emulator.stop()])
  }
  return { cluster, emulator, registry, stop }
}

async function createSecrets(emulator: AwsEmulator, cluster: Cluster): Promise<void> {
  const secrets = {
    'test/kubeconfig': kubeconfigOfOther(readFileSync(cluster.pipelineKubeconfigPath, 'utf8')),
    'test/executor': kubeconfigOfOther(readFileSync(cluster.executorKubeconfigPath, 'utf8')),
    'test/cleaner': '{"username":"nobody","password":"nothing"}',
  }
  for (const [Name, SecretString] of Object.entries(secrets))
    await callAws(emulator, 'secretsmanager', 'CreateSecret', { Name, SecretString })
}

export async function startRollbackWorld(): Promise<RollbackWorld> {
  const { cluster, emulator, registry, stop } = await startParts()
  await createSecrets(emulator, cluster)
  const settings = {
    clusters: [{ name: 'real', kubeconfigSecret: 'test/kubeconfig', executorKubeconfigSecret: 'test/executor' }],
    registries: [{ host: registry.host, endpoint: registry.url, deleteSecret: 'test/cleaner', grants: deleteAll }],
    limits: shortGrace,
  }
  const config = new KubeConfig()
  config.loadFromFile(cluster.kubeconfigPath)
  let deployed: Deployed | undefined
  return {
    registryUrl: registry.url,
    registryHost: registry.host,
    kubeconfigPath: cluster.kubeconfigPath,
    webhookUrl: '',
    webhookSecret: '',
    client: KubernetesObjectApi.makeApiClient(config),
    emulator,
    async apply({ root }) {
      for (const path of ['infra/cluster/crds', 'infra/cluster/rbac.yaml'])
        await runKubectl(cluster.kubeconfigPath, ['apply', '--server-side', '-f', join(root, path)])
      await waitForKinds(cluster.kubeconfigPath)
    },
    async deploy(sources, { only, ...more } = {}) {
      deployed?.remove()
      deployed = await deployRelease(emulator, sources, { ...more, settings }, only)
      const nameOf = await functionNames(emulator)
      for (const name of senders) await grantBatches(emulator, nameOf(name))
    },
    async invoke(...names) {
      const nameOf = await functionNames(emulator)
      for (const name of names) await invoke(emulator, nameOf(name))
    },
    async shelflife(...args) {
      if (!deployed) throw new Error('expected a version to be deployed, got none')
      const { stdout, stderr, exitCode } = await deployed.shelflife(args)
      expect(exitCode, `${args.join(' ')}: ${stdout}${stderr}`).toBe(0)
      return stdout
    },
    async stop() {
      deployed?.remove()
      await stop()
    },
  }
}

async function invoke(emulator: AwsEmulator, FunctionName: string): Promise<void> {
  const invoked = await callAws(emulator, 'lambda', 'Invoke', { FunctionName, Payload: '{}', LogType: 'Tail' })
  expect(invoked, Buffer.from(String(invoked.LogResult), 'base64').toString()).not.toHaveProperty('FunctionError')
}

/** Of all functions, each line after the name of its log. */
export async function logLinesOf(emulator: AwsEmulator): Promise<string[]> {
  const { logGroups = [] } = await callAws(emulator, 'logs', 'DescribeLogGroups')
  const lines: string[] = []
  for (const { logGroupName } of logGroups as { logGroupName: string }[]) {
    const { events = [] } = await callAws(emulator, 'logs', 'FilterLogEvents', { logGroupName })
    lines.push(...(events as { message: string }[]).map(({ message }) => `${logGroupName} ${message}`))
  }
  return lines
}

/** Leaves a hint about a repository in the queue of today's stack of work; answers how to ask how many are there. */
export async function hintWaiting(emulator: AwsEmulator, { world, repository }: Scene): Promise<() => Promise<number>> {
  const { Parameter } = await callAws(emulator, 'ssm', 'GetParameter', { Name: '/shelflife/queues' })
  const { hints }: { hints: string } = JSON.parse((Parameter as { Value: string }).Value)
  const detail = { registry: world.registryHost, repository, tag: 'v3' }
  const MessageBody = JSON.stringify({ source: 'shelflife', 'detail-type': 'ImagePushed', detail })
  const sent = { QueueUrl: hints, MessageBody, MessageGroupId: repository, MessageDeduplicationId: 'waits' }
  await callAws(emulator, 'sqs', 'SendMessage', sent)
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible']
  return async () => {
    const { Attributes } = await callAws(emulator, 'sqs', 'GetQueueAttributes', { QueueUrl: hints, AttributeNames })
    return Object.values(Attributes as Record<string, string>).reduce((sum, count) => sum + Number(count), 0)
  }
}
