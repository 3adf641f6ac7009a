import { expect, it, vi } from 'vitest'
import { failuresOf, type Invoke, isEmpty, poll, recording, sendToGroup, startAws } from './polling.ts'

it('F1 invokes once for a message that was sent a hundred times', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording()
  poll(aws, invoke, { queueName: 'work.fifo' })

  for (let time = 0; time < 100; time += 1) sendToGroup(aws, 'g', ['same'])
  sendToGroup(aws, 'g', ['last'])
  await vi.waitFor(() => expect(batches.flat()).toContain('last'))

  expect(batches.flat()).toEqual(['same', 'last'])
})

it('F29 lets a second worker have a message whose run outlasts its visibility timeout', async () => {
  const aws = await startAws()
  const first = Promise.withResolvers<undefined>()
  const counts: string[] = []
  const invoke: Invoke = async event => {
    counts.push(event.Records[0]?.attributes.ApproximateReceiveCount ?? '')
    return counts.length === 1 ? first.promise : undefined
  }
  sendToGroup(aws, 'g', ['slow'])

  const { errors } = poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(counts).toEqual(['1', '2']))
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))
  sendToGroup(aws, 'g', ['next'])
  first.resolve(undefined)
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  expect(counts).toEqual(['1', '2', '1'])
  expect(errors).toEqual([])
})

it('F29 tells of a message that was handled too late to be deleted', async () => {
  const aws = await startAws()
  const runs = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  let started = 0
  const invoke: Invoke = async () => runs[started++]?.promise
  sendToGroup(aws, 'g', ['slow'])

  const { errors } = poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, visibilityTimeoutMs: 20 })
  await vi.waitFor(() => expect(started).toBe(2))
  runs[0]?.resolve(undefined)
  await vi.waitFor(() => expect(errors).toHaveLength(1))
  runs[1]?.resolve(undefined)

  expect(errors).toMatchObject([
    { message: expect.stringContaining('its visibility timeout ended before the handler') },
  ])
})

it('keeps the order in a group and works on different groups at the same time', async () => {
  const aws = await startAws()
  const seen: Record<string, string[]> = { a: [], b: [], c: [] }
  let running = 0
  let mostRunning = 0
  const invoke: Invoke = async event => {
    running += 1
    mostRunning = Math.max(mostRunning, running)
    for (const { body, attributes } of event.Records) seen[attributes.MessageGroupId ?? '']?.push(body)
    await new Promise(setImmediate)
    running -= 1
    return undefined
  }
  const numbers = Array.from({ length: 30 }, (_, index) => index)
  for (const number of numbers) for (const group of ['a', 'b', 'c']) sendToGroup(aws, group, [`${group}${number}`])

  poll(aws, invoke, { queueName: 'work.fifo', concurrency: 2, batchSize: 4 })
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  for (const group of ['a', 'b', 'c']) expect(seen[group]).toEqual(numbers.map(number => `${group}${number}`))
  expect(mostRunning).toBe(2)
})

it('holds a FIFO group at its first failure, and delivers the rest of the group after it, in order', async () => {
  const aws = await startAws()
  const { batches, invoke } = recording(event => {
    if (batches.length > 1) return undefined
    sendToGroup(aws, 'g', ['4'])
    return failuresOf(event, body => body !== '1')
  })
  sendToGroup(aws, 'g', ['1', '2', '3'])

  poll(aws, invoke, { queueName: 'work.fifo', visibilityTimeoutMs: 30 })
  await vi.waitFor(() => expect(isEmpty(aws, 'work.fifo')).toBe(true))

  expect(batches).toEqual([
    ['1', '2', '3'],
    ['2', '3', '4'],
  ])
})
