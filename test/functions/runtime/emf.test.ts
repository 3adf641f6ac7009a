import type { Context } from 'aws-lambda'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Invocation } from '../../../functions/runtime/lambda-handler.ts'
import { lambdaHandler } from '../../../functions/runtime/lambda-handler.ts'

const context = { awsRequestId: 'r', functionVersion: '1', functionName: 'sync' } as Context

/** The lines for CloudWatch that invocations of a function write. */
async function linesOf(handle: (event: object, invocation: Invocation) => Promise<void>, invocations = 1) {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false')
  vi.stubEnv('POWERTOOLS_DEV', 'false')
  const written: string[] = []
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation(chunk => written.push(String(chunk)) > 0)
  onTestFinished(() => {
    spy.mockRestore()
    vi.unstubAllEnvs()
  })
  const handler = lambdaHandler('sync', handle)
  for (let at = 0; at < invocations; at++) await handler({}, context).catch(() => undefined)
  return written
    .join('')
    .split('\n')
    .filter(line => line.includes('CloudWatchMetrics'))
    .map(line => JSON.parse(line))
}

it('what an invocation counts is one line of its log, under the function as its dimension', async () => {
  const [line, ...more] = await linesOf(async (_, { count }) => {
    count('SyncsSucceeded', 1)
    count('SyncsSucceeded', 2)
    count('SyncsFailed', 0)
  })

  expect(more).toEqual([])
  expect(line).toMatchObject({ service: 'sync', SyncsSucceeded: [1, 2] })
  expect(line._aws.CloudWatchMetrics).toEqual([
    { Namespace: 'shelflife', Dimensions: [['service']], Metrics: [{ Name: 'SyncsSucceeded', Unit: 'Count' }] },
  ])
})

it('an invocation that counts nothing writes nothing, also no warning', async () => {
  const warned = vi.spyOn(console, 'warn')
  onTestFinished(() => warned.mockRestore())

  expect(await linesOf(async () => undefined)).toEqual([])
  expect(warned).not.toHaveBeenCalled()
})

it('what was counted before a failure is told, once', async () => {
  const lines = await linesOf(async (_, { count }) => {
    count('SyncsFailed', 1)
    throw new Error('down')
  }, 2)

  expect(lines.map(line => line.SyncsFailed)).toEqual([1, 1])
})
