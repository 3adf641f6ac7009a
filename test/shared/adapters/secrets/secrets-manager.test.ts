import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, it } from 'vitest'
import { createSecretStore } from '../../../../shared/adapters/secrets/secrets-manager.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'

const minuteMs = 60_000

/** A store with a clock of the test, beside the embedded Secrets Manager; counts the calls that look a secret up. */
async function storeOf() {
  const aws = await testAws()
  const client = new SecretsManagerClient(clientOptions(aws.endpoint))
  const clock = { now: 0 }
  const calls: string[] = []
  client.middlewareStack.add(
    (next, { commandName }) =>
      args => {
        calls.push(commandName ?? '')
        return next(args)
      },
    { step: 'initialize' },
  )
  const lookups = () => calls.filter(name => name === 'GetSecretValueCommand').length
  return { store: createSecretStore(client, () => clock.now), other: createSecretStore(client), clock, lookups }
}

it('asks once for a secret that does not exist, however many strangers call', async () => {
  const { store, lookups } = await storeOf()

  for (let at = 0; at < 100; at++) expect(await store.findSecret('hook/missing')).toBeUndefined()

  expect(lookups()).toBe(1)
})

it('sees a secret that somebody else created within ten seconds', async () => {
  const { store, other, clock } = await storeOf()
  await store.findSecret('hook/new')
  await other.putSecret('hook/new', 't0ken')

  clock.now = 10_000

  expect(await store.findSecret('hook/new')).toBe('t0ken')
})

it('sees at once what it wrote itself after it had found none', async () => {
  const { store } = await storeOf()
  await store.findSecret('shelflife/pull/a')

  await store.putSecret('shelflife/pull/a', 'robot')

  expect(await store.findSecret('shelflife/pull/a')).toBe('robot')
})

it('writes over a secret that was created after it had found none', async () => {
  const { store, other, clock } = await storeOf()
  await store.findSecret('shelflife/pull/a')
  await other.putSecret('shelflife/pull/a', 'old')

  await store.putSecret('shelflife/pull/a', 'new')
  clock.now = minuteMs

  expect(await store.findSecret('shelflife/pull/a')).toBe('new')
})

it('sees a rotated secret within a minute, and asks no more often', async () => {
  const { store, other, clock, lookups } = await storeOf()
  await other.putSecret('hook/rotated', 'old')
  await store.findSecret('hook/rotated')
  await other.putSecret('hook/rotated', 'new')

  clock.now = minuteMs - 1
  expect(await store.findSecret('hook/rotated')).toBe('old')
  expect(lookups()).toBe(1)
  clock.now = minuteMs
  expect(await store.findSecret('hook/rotated')).toBe('new')
})

it('keeps for ten minutes what is kept by who can tell that it is refused', async () => {
  const { store, other, clock, lookups } = await storeOf()
  await other.putSecret('pull', 'old')
  await store.findSecret('pull', 'kept')
  await other.putSecret('pull', 'new')

  clock.now = 10 * minuteMs - 1
  expect(await store.findSecret('pull', 'kept')).toBe('old')
  expect(lookups()).toBe(1)
  clock.now = 10 * minuteMs
  expect(await store.findSecret('pull', 'kept')).toBe('new')
})

it('reads what is refused at once, and for all who ask after', async () => {
  const { store, other, lookups } = await storeOf()
  await other.putSecret('pull', 'old')
  await store.findSecret('pull', 'kept')
  await other.putSecret('pull', 'new')

  expect(await store.findSecret('pull', 'anew')).toBe('new')

  expect([await store.findSecret('pull', 'kept'), await store.findSecret('pull')]).toEqual(['new', 'new'])
  expect(lookups()).toBe(2)
})

it('reads what is refused all the time once a minute', async () => {
  const { store, other, clock, lookups } = await storeOf()
  await other.putSecret('pull', 'wrong')
  for (clock.now = 0; clock.now < 2 * minuteMs; clock.now += 5_000)
    for (const age of ['kept', 'anew'] as const) await store.findSecret('pull', age)
  expect(lookups()).toBe(1 + 2)
  await other.putSecret('pull', 'right')

  const found = await store.findSecret('pull', 'anew')

  expect(found).toBe('right')
})

it('believes for ten seconds that there is none, however long it keeps others', async () => {
  const { store, other, clock } = await storeOf()
  await store.findSecret('pull', 'kept')
  await other.putSecret('pull', 'new')

  clock.now = 10_000

  expect(await store.findSecret('pull', 'kept')).toBe('new')
})

it('does not have what it deleted, and deletes what is not there', async () => {
  const { store } = await storeOf()
  await store.putSecret('shelflife/pull/a', 'robot')

  for (const id of ['shelflife/pull/a', 'shelflife/pull/b']) await store.deleteSecret(id)

  expect(await store.findSecret('shelflife/pull/a')).toBeUndefined()
})

it('puts a new value into a secret that is named by its ARN, which is no name for a new one', async () => {
  const { endpoint } = await testAws()
  const client = new SecretsManagerClient(clientOptions(endpoint))
  const { ARN: arn = '' } = await client.send(new CreateSecretCommand({ Name: 'hook/by-arn', SecretString: 'old' }))

  await createSecretStore(client).putSecret(arn, 'new')

  expect(await createSecretStore(client).findSecret('hook/by-arn')).toBe('new')
})
