import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { invocationContext } from '../../cli/embedded/invocation-context.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { credentialKey } from '../../shared/adapters/store/keys.ts'
import { environmentNames } from '../../shared/wiring.ts'
import { newScene, read, track } from '../scenarios/objects.ts'
import { push, type Scene } from '../scenarios/world.ts'
import { deliver, envelope, type RunningHandlers, scheduled, startHandlers } from './running-handlers.ts'

let running: RunningHandlers
beforeAll(async () => {
  running = await startHandlers()
})
afterAll(() => running?.close())

const registry = 'harbor.example.com'
const tableName = () => process.env[environmentNames.table] ?? ''
const store = () => createDynamoStore(new DynamoDBClient(), tableName())

/** A RegistrySecret that brings a credential, and what syncs know it by. */
async function sceneWithSecret(name: string) {
  const scene = await newScene(running.world, name)
  const { client } = scene.world
  const auths = { [registry]: { username: 'robot', password: 'p4ssw0rd-of-the-team' } }
  await client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pull', namespace: scene.namespace },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  } as KubernetesObject)
  const object = await read(scene, 'RegistrySecret', 'registry')
  const spec = { domain: registry, provider: 'other', secretRef: { name: 'pull' } }
  const { metadata } = await client.replace({ ...object, spec } as KubernetesObject)
  return { scene, uid: metadata?.uid ?? '' }
}

const reconcile = () => running.handlers.reconcile(scheduled, invocationContext('reconcile'))

const sync = ({ repository }: Scene, credential: string, attempt: string) => {
  const request = { registry, repository, credential, timeoutMs: 5000, trigger: 'Initial', attempt, asks: [] }
  return deliver('sync', running.handlers.sync, [envelope('SyncRequested', request)])
}

const outcomeOf = async ({ repository }: Scene, credential: string) =>
  (await store().findSync(`${registry}/${repository}`, credential))?.lastOutcome

it('sync reads with what reconcile sealed in the table, which shows nobody the password, and no secret is made', async () => {
  const { scene, uid } = await sceneWithSecret('sealed')
  await push(scene, { tag: 'v1' })
  await track(scene, 'v1')
  await reconcile()

  await sync(scene, `local/${uid}`, 'one')

  expect(await outcomeOf(scene, `local/${uid}`)).toMatchObject({ attempt: 'one', succeeded: true })
  const table = DynamoDBDocument.from(new DynamoDBClient())
  const { Item } = await table.get({ TableName: tableName(), Key: credentialKey('local', uid) })
  expect(Item).toMatchObject({ host: registry, sealed: expect.stringMatching(/^1\./) })
  expect(JSON.stringify(Item)).not.toMatch(/p4ssw0rd|robot/)
  const SecretId = `shelflife/pull/local/${uid}`
  await expect(new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
})

it('T2 sync is denied a copy that lies in the item of another object', async () => {
  const [mine, theirs] = [await sceneWithSecret('mine'), await sceneWithSecret('theirs')]
  await reconcile()
  const records = await Promise.all([mine, theirs].map(({ uid }) => store().findCredential('local', uid)))
  const [own, other] = records
  if (!own || !other) throw new Error('expected two records')
  const { number, sealed: _, ...rest } = own
  const moved = { ...rest, ...(other.sealed !== undefined && { sealed: other.sealed }), sealedNumber: number + 1 }
  await store().saveCredential(moved, own)

  await sync(mine.scene, `local/${mine.uid}`, 'one')

  expect(await outcomeOf(mine.scene, `local/${mine.uid}`)).toMatchObject({
    succeeded: false,
    message: expect.stringContaining('expected a copy of its credential, got none'),
  })
})
