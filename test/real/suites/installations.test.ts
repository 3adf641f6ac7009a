import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../../infra/config.ts'
import { installationNames } from '../../../shared/installation-names.ts'
import type { FunctionName } from '../../../shared/wiring.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { projectRoot } from '../parts/cache.ts'
import { bootstrapCdk } from '../parts/cdk.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { type Deployed, deployInstallation, functionNames, grantBatches } from './aws-world.ts'
import { kubeconfigOfOther, passOn } from './other-loopback.ts'

let emulator: AwsEmulator
let cluster: Cluster
let otherAddress: { close(): unknown }
const deployments: Deployed[] = []

beforeAll(async () => {
  cluster = await startCluster()
  for (const path of ['infra/cluster/crds', 'infra/cluster/rbac.yaml'])
    await runKubectl(cluster.kubeconfigPath, ['apply', '--server-side', '-f', join(projectRoot, path)])
  await waitForKinds(cluster.kubeconfigPath)
  emulator = await startAwsEmulator()
  const SecretString = kubeconfigOfOther(readFileSync(cluster.executorKubeconfigPath, 'utf8'))
  await callAws(emulator, 'secretsmanager', 'CreateSecret', { Name: 'test/kubeconfig', SecretString })
  otherAddress = await passOn(Number(new URL(cluster.url).port))
}, 200_000)

afterAll(async () => {
  for (const one of deployments) one.remove()
  otherAddress?.close()
  await cluster?.stop()
  await emulator?.stop()
})

const settings = { clusters: [{ name: 'shared', kubeconfigSecret: 'test/kubeconfig' }] }

async function deploy(config: ConfigInput): Promise<Deployed> {
  const deployed = await deployInstallation(emulator, config)
  deployments.push(deployed)
  return deployed
}

/** What a schedule does; answers what the function logged. */
async function invoke(name: FunctionName, installation?: string): Promise<string> {
  const functionName = (await functionNames(emulator, installationNames(installation).pipelineStack))(name)
  await grantBatches(emulator, functionName)
  const invoked = await callAws(emulator, 'lambda', 'Invoke', {
    FunctionName: functionName,
    Payload: '{}',
    LogType: 'Tail',
  })
  const log = Buffer.from(String(invoked.LogResult), 'base64').toString()
  expect(invoked, log).not.toHaveProperty('FunctionError')
  return log
}

const parameter = async (Name: string): Promise<unknown> =>
  ((await callAws(emulator, 'ssm', 'GetParameter', { Name })) as { Parameter: { Value: unknown } }).Parameter.Value

const id = (name: string) => `${emulator.accountId}/${emulator.region}/${name}`

/** The state of release 0.1.0 as its template makes it, with what its code wrote into the table. */
async function deployFirstRelease(): Promise<string> {
  await bootstrapCdk(emulator)
  const template = join(projectRoot, 'test/fixtures/releases/0.1.0/state.template.json')
  await callAws(emulator, 'cloudformation', 'CreateStack', {
    StackName: 'ShelflifeState',
    TemplateBody: readFileSync(template, 'utf8'),
  })
  const { table } = JSON.parse(String(await parameter('/shelflife/installation')))
  const items = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/table-6e1a4d3.json'), 'utf8')) as object[]
  for (const item of items)
    await callAws(emulator, 'dynamodb', 'PutItem', { TableName: table, Item: marshalled(item) as object })
  return table
}

const marshalled = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, attribute(one)]))
  return attribute(value)
}

function attribute(value: unknown): unknown {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  if (typeof value === 'boolean') return { BOOL: value }
  if (Array.isArray(value)) return { L: value.map(attribute) }
  return { M: marshalled(value) }
}

const countOf = async (TableName: string): Promise<unknown> =>
  (await callAws(emulator, 'dynamodb', 'Scan', { TableName, Select: 'COUNT' })).Count

describe('on one account', () => {
  let table: string
  let before: unknown

  it('an upgrade from 0.1.0 keeps its table, what is in it, and a pause', async () => {
    table = await deployFirstRelease()
    before = await countOf(table)
    await callAws(emulator, 'ssm', 'PutParameter', { Name: '/shelflife/sweeps', Value: 'paused', Overwrite: true })

    const upgraded = await deploy({ settings })
    await invoke('reconcile')
    const history = await upgraded.shelflife(['history', '--since', '4000d'])
    const status = await upgraded.shelflife(['pause', '--status'])

    expect(JSON.parse(String(await parameter('/shelflife/installation'))).table).toBe(table)
    expect(Number(await countOf(table))).toBeGreaterThanOrEqual(Number(before))
    expect(history.stdout, history.stderr).toContain('registry.example.com/team/done')
    expect(status.stdout, status.stderr).toContain('is "paused"')
  }, 300_000)

  it('F47 a second installation has names of its own, and is refused the cluster of the first, with both names', async () => {
    const dev = await deploy({ name: 'dev', settings })

    const log = await invoke('inventory', 'dev')
    const status = await dev.shelflife(['status'])
    const lease = await runKubectl(cluster.kubeconfigPath, ['get', 'lease', 'shelflife', '-n', 'default', '-o', 'yaml'])

    const refused = `cluster shared belongs to installation ${id('shelflife')}, and this is ${id('dev')}`
    expect(lease.stdout).toContain(`holderIdentity: ${id('shelflife')}`)
    expect(log).toContain(refused)
    expect(status.stdout, status.stderr).toContain(refused)
    expect(JSON.parse(String(await parameter('/dev/installation'))).table).not.toBe(table)
    expect(await parameter('/dev/sweeps')).toBe('running')
    await dev.shelflife(['pause'])
    expect(await parameter('/dev/sweeps')).toBe('paused')
  }, 300_000)

  it('F47 works in the cluster once a person has handed it over, and the first is refused', async () => {
    const holder = JSON.stringify({ spec: { holderIdentity: id('dev') } })
    const patch = ['patch', 'lease', 'shelflife', '-n', 'default', '--type', 'merge', '-p', holder]
    await runKubectl(cluster.kubeconfigPath, patch)

    const ends = { dev: '', shelflife: '' }
    // Within a minute: each process keeps what it read so long.
    await expect
      .poll(
        async () => {
          ends.shelflife = await invoke('inventory')
          ends.dev = await invoke('inventory', 'dev')
          return ends.shelflife.includes(`belongs to installation ${id('dev')}`) && !ends.dev.includes('belongs to')
        },
        { timeout: 120_000, interval: 5_000 },
      )
      .toBe(true)
  }, 200_000)

  it('a table that was restored to a point in time is adopted by an installation that begins paused', async () => {
    const restoredTable = 'recovered-table'
    await callAws(emulator, 'dynamodb', 'RestoreTableToPointInTime', {
      SourceTableName: table,
      TargetTableName: restoredTable,
      UseLatestRestorableTime: true,
    })
    const { archive } = JSON.parse(String(await parameter('/shelflife/installation')))
    const adopt = { tableName: restoredTable, archiveBucket: archive, restoredAt: new Date().toISOString() }

    const recovered = await deploy({ name: 'recovered', adopt, settings })
    await invoke('sweep-plan', 'recovered')
    const history = await recovered.shelflife(['history', '--since', '4000d'])
    const status = await recovered.shelflife(['pause', '--status'])

    expect(Number(await countOf(restoredTable))).toBeGreaterThanOrEqual(Number(before))
    expect(history.stdout, history.stderr).toContain('registry.example.com/team/done')
    expect(status.stdout, status.stderr).toContain('is "paused"')
  }, 300_000)

  it('the plan of a removal names what CloudFormation has made', async () => {
    const [first] = deployments
    const removal = await first?.shelflife(['uninstall', '--plan'])

    expect(removal?.stdout, removal?.stderr).toContain(`table ${table}`)
    expect(removal?.stdout).toContain('aws cloudformation delete-stack --stack-name ShelflifePipeline')
  })
})
