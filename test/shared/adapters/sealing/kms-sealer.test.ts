import { KMSClient } from '@aws-sdk/client-kms'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../../../../shared/adapters/sealing/kms-sealer.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { sealerContract } from '../../../contract/sealer.ts'
import { failureOf } from '../../../support/failure-of.ts'

const owner = { cluster: 'eu-1', uid: 'one' }

let aws: Awaited<ReturnType<typeof testAws>>
beforeEach(async () => {
  aws = await testAws({ keys: ['sealing', 'other'] })
})

/** A process of its own, and the names of the calls that it makes. */
function startProcess(keyId = 'alias/sealing') {
  const client = new KMSClient({ ...clientOptions(aws.endpoint), maxAttempts: 1 })
  const calls: string[] = []
  let failing = false
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      args => {
        calls.push(commandName)
        if (failing) throw new Error('connection refused')
        return next(args)
      },
    { step: 'initialize' },
  )
  const fail = (fails: boolean) => {
    failing = fails
  }
  return { sealer: createSealer(client, keyId), calls, fail }
}

describe('a sealer with a key of KMS', () => {
  sealerContract(() => startProcess().sealer)
})

describe('a process', () => {
  it('asks KMS once for a copy, however many ask at once and later', async () => {
    const sealed = await startProcess().sealer.seal('p4ssw0rd', owner)
    const { sealer, calls } = startProcess()

    const opened = await Promise.all([sealer.open(sealed, owner), sealer.open(sealed, owner)])
    opened.push(await sealer.open(sealed, owner))

    expect(opened).toEqual(['p4ssw0rd', 'p4ssw0rd', 'p4ssw0rd'])
    expect(calls).toEqual(['DecryptCommand'])
  })

  it('asks once more for one that was rotated', async () => {
    const { sealer } = startProcess()
    const [before, after] = [await sealer.seal('one', owner), await sealer.seal('two', owner)]
    const { sealer: other, calls } = startProcess()

    const opened = [await other.open(before, owner), await other.open(after, owner)]

    expect(opened).toEqual(['one', 'two'])
    expect(calls).toHaveLength(2)
  })

  it('asks again after KMS failed', async () => {
    const sealed = await startProcess().sealer.seal('p4ssw0rd', owner)
    const { sealer, fail } = startProcess()
    fail(true)
    const failure = await failureOf(sealer.open(sealed, owner))
    fail(false)

    const opened = await sealer.open(sealed, owner)

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(opened).toBe('p4ssw0rd')
  })
})

it('opens nothing of another key', async () => {
  const sealed = await startProcess('alias/other').sealer.seal('p4ssw0rd', owner)

  expect(await startProcess().sealer.open(sealed, owner)).toBeUndefined()
})

it('opens nothing whose text or key was changed or exchanged', async () => {
  const { sealer } = startProcess()
  const [one, two] = [await sealer.seal('one', owner), await sealer.seal('two', owner)]
  const [version, key = '', box = ''] = one.split('.')
  const flipped = (text: string) => `${text.slice(0, -9)}${text.at(-9) === 'A' ? 'B' : 'A'}${text.slice(-8)}`

  const opened = await Promise.all(
    [
      [version, key, flipped(box)],
      [version, flipped(key), box],
      [version, key, two.split('.')[2]],
      [version, key, box.slice(0, 8)],
    ].map(parts => sealer.open(parts.join('.'), owner)),
  )

  expect(opened).toEqual([undefined, undefined, undefined, undefined])
})

it('says that a key which is not there is to blame, with nothing of the text', async () => {
  const sealed = await startProcess().sealer.seal('p4ssw0rd', owner)
  const { sealer } = startProcess('alias/none')

  const failures = [await failureOf(sealer.seal('p4ssw0rd', owner)), await failureOf(sealer.open(sealed, owner))]

  for (const failure of failures) {
    expect(failure).toBeInstanceOf(UnavailableError)
    expect(String(failure)).toContain('alias/none')
    expect(String(failure)).not.toContain('p4ssw0rd')
  }
})
