import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { answerJson, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf, object, wireObject } from './scripted-cluster.ts'

describe('deletes and Events', () => {
  it('F27 reports a 409 on the delete of the very object that is still there', async () => {
    const { cluster } = await clusterThat((call, response) =>
      call.method === 'DELETE'
        ? answerJson(response, 409, statusBody(409, 'Conflict'))
        : answerJson(response, 200, wireObject('uid-1')),
    )

    expect(await failureOf(cluster.deleteObject(object))).toBeInstanceOf(ConflictError)
  })

  it('sends the uid as the precondition of a delete', async () => {
    const { cluster, api } = await clusterThat((_, response) => answerJson(response, 200, {}))

    await cluster.deleteObject(object)

    expect(JSON.parse(api.calls[0]?.body ?? '')).toMatchObject({ preconditions: { uid: 'uid-1' } })
  })

  it('drops the count of an Event that keeps losing its race', async () => {
    const { cluster, api } = await clusterThat((call, response) =>
      call.method === 'GET'
        ? answerJson(response, 200, { metadata: { resourceVersion: '1' }, count: 4 })
        : answerJson(response, 409, statusBody(409, 'Conflict')),
    )

    await cluster.recordEvent(object, { type: 'Normal', reason: 'Synced', message: 'ok' })

    expect(api.calls.filter(call => call.method === 'PATCH')).toHaveLength(3)
  })

  it.each(['..', '../pods', 'UPPER', '', 'a/b', 'x%2e', `${'a'.repeat(254)}`])(
    'B8 sends no call for a Secret named "%s"',
    async name => {
      const { cluster, api } = await clusterThat((_, response) => answerJson(response, 200, {}))

      expect(await failureOf(cluster.findSecret('production', name))).toBeInstanceOf(InvalidInputError)
      expect(api.calls).toHaveLength(0)
    },
  )

  it('quotes nothing of a Secret that it cannot decode', async () => {
    const { cluster } = await clusterThat((_, response) =>
      answerJson(response, 200, { data: { password: 'p@ss word' } }),
    )

    const failure = await failureOf(cluster.findSecret('production', 'harbor'))

    expect(failure).toBeInstanceOf(UnavailableError)
    expect(inspect(failure, { depth: 9 })).not.toContain('p@ss')
  })
})
