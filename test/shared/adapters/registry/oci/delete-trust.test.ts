import { expect, it } from 'vitest'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'

import { sha256, startFakeRegistry } from '../fake-registry.ts'

/** A registry that accepts every delete, and does it while it is honest. */
async function start() {
  const gone = new Set<string>()
  const place = { isHonest: true, looks: 0 }
  const registry = await startFakeRegistry((request, response) => {
    const digest = request.url?.split('/').at(-1) ?? ''
    if (request.method === 'DELETE') {
      if (place.isHonest) gone.add(digest)
      response.writeHead(202).end()
    } else {
      place.looks += 1
      if (gone.has(digest)) return void response.writeHead(404).end()
      response.writeHead(200, { 'docker-content-digest': digest }).end()
    }
  })
  const writer = createOciWriter(registry.options)
  const outcomesOf = async (from: number, count: number) => {
    const outcomes: string[] = []
    for (let at = from; at < from + count; at++)
      outcomes.push((await writer.deleteManifest('team/app', sha256(`${at}`))).outcome)
    return outcomes
  }
  return { place, outcomesOf }
}

it('looks at ever fewer deletes of a registry that does what it accepts', async () => {
  const { place, outcomesOf } = await start()

  expect(new Set(await outcomesOf(0, 80))).toEqual(new Set(['deleted']))

  expect(place.looks).toBe(8 + 9)
})

it('looks at few of many at once', async () => {
  const { place, outcomesOf } = await start()
  await outcomesOf(0, 8)
  place.looks = 0

  await Promise.all(Array.from({ length: 64 }, (_, at) => outcomesOf(8 + at, 1)))

  expect(place.looks).toBe(8)
})

it('looks at each again once one was accepted and not done', async () => {
  const { place, outcomesOf } = await start()
  await outcomesOf(0, 16)
  place.isHonest = false

  const outcomes = await outcomesOf(16, 20)

  expect(outcomes.indexOf('kept')).toBeLessThan(8)
  expect(new Set(outcomes.slice(outcomes.indexOf('kept')))).toEqual(new Set(['kept']))
})
