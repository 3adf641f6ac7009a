import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'
import { type FunctionName, functions } from '../../shared/wiring.ts'

/**
 * What Lambda says of an invocation that begins now. Nothing ends it when its time is over, which it is at once where the
 * installation `isEnding`.
 */
export function invocationContext(name: FunctionName, isEnding = () => false): Context {
  const { timeoutSeconds, memoryMb } = functions[name]
  const deadlineMs = performance.now() + timeoutSeconds * 1000
  const notServed = () => {
    throw new Error('expected a handler that returns a promise, got one that reports its end by the context')
  }
  return {
    awsRequestId: randomUUID(),
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => (isEnding() ? 0 : Math.max(0, Math.round(deadlineMs - performance.now()))),
    done: notServed,
    fail: notServed,
    succeed: notServed,
  }
}
