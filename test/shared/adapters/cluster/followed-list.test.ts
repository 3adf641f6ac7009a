import { afterEach, expect, it } from 'vitest'
import { createConnection } from '../../../../shared/adapters/cluster/connection.ts'
import { FollowedList } from '../../../../shared/adapters/cluster/followed-list.ts'
import { createTurns } from '../../../../shared/adapters/cluster/lists.ts'
import { answerJson, type ScriptedApi, startScriptedApi } from './scripted-api.ts'

let api: ScriptedApi | undefined
afterEach(() => api?.stop())

it('never runs twice at once, also when it is asked between one run and the next', async () => {
  const underWay = { now: 0, most: 0 }
  api = await startScriptedApi((_, response) => {
    underWay.now += 1
    underWay.most = Math.max(underWay.most, underWay.now)
    setTimeout(() => {
      underWay.now -= 1
      answerJson(response, 200, { kind: 'PodList', metadata: {}, items: [] })
    }, 20)
  })
  const connection = createConnection({ name: 'eu-1', kubeconfig: api.kubeconfig })
  const followed = new FollowedList(
    { path: '/api/v1/pods', action: 'list pods', what: 'pods', read: item => item },
    { connection, turns: createTurns(), now: () => new Date(), watchGraceMs: 0, wholeWatchMs: 0, shortList: 0 },
  )
  const read = () => followed.read({ maxAgeMs: 0, findVersion: async () => undefined })

  const running = read()
  const waiting = read()
  const between = running.then(read)
  await Promise.all([waiting, between])

  expect(underWay.most).toBe(1)
  expect(api.calls).toHaveLength(2)
})
