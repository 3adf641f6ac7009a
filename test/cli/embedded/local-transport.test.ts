import { expect, it } from 'vitest'
import { queueEnvironment } from '../../../cli/embedded/local-transport.ts'
import { environmentNames, functions, queues } from '../../../shared/wiring.ts'

it('functions find the address of each queue: to send to as the wiring lets them, and to measure', () => {
  const sentTo = Object.values(functions)
    .flatMap(({ access }) => access)
    .flatMap(word => /^queue:(\w+):send$/.exec(word)?.[1] ?? [])

  const environment = queueEnvironment({ queueUrl: name => `http://queues/${name}` })

  expect(Object.keys(queues)).toEqual(expect.arrayContaining(sentTo))
  expect(Object.values(environment).sort()).toEqual(
    Object.keys(queues)
      .map(name => `http://queues/${name}.fifo`)
      .sort(),
  )
  expect(environment).toMatchObject({ [environmentNames.syncQueue]: 'http://queues/sync.fifo' })
})
