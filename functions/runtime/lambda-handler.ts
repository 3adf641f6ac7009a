import { Logger } from '@aws-lambda-powertools/logger'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import type { FunctionName } from '../../shared/wiring.ts'
import { type CountForCloudWatch, cloudWatchCounts } from './emf.ts'

/** What Lambda says of one invocation, with a logger whose every line tells which invocation it is of, and what counts. */
export interface Invocation extends Context {
  readonly log: Logger
  readonly count: CountForCloudWatch
}

/**
 * A function as Lambda calls it, with what all of them share: the request in every line of the log, and an invocation
 * that fails logged with it.
 */
export function lambdaHandler<TEvent, TResult>(
  name: FunctionName,
  handle: (event: TEvent, invocation: Invocation) => Promise<TResult>,
) {
  const { count, middleware } = cloudWatchCounts(name)
  const invocationOf = invocations(new Logger({ serviceName: name }), count)
  // No answer ahead of the timeout: Lambda ends a function that takes too long, and middy would only stop waiting for it.
  const plugin = { timeoutEarlyInMillis: 0 }
  return middy<TEvent, TResult>((event: TEvent, context: Context) => handle(event, invocationOf(context)), plugin)
    .use(middleware)
    .onError(({ error, context }) => invocationOf(context).log.error('invocation failed', { error }))
}

/**
 * The keys and their meaning are those of Powertools' `injectLambdaContext`, which is of no use here: it keeps the request
 * in the one logger of the function, where invocations side by side (the embedded host's) mix theirs up, it leaves out the
 * version, and the child loggers, one for each message, would all call themselves a cold start.
 */
function invocations(log: Logger, count: CountForCloudWatch): (context: Context) => Invocation {
  const known = new WeakMap<Context, Invocation>()
  let isColdStart = process.env.AWS_LAMBDA_INITIALIZATION_TYPE !== 'provisioned-concurrency'
  return context => {
    const before = known.get(context)
    if (before) return before
    const persistentKeys = {
      function_request_id: context.awsRequestId,
      function_version: context.functionVersion,
      cold_start: isColdStart,
    }
    isColdStart = false
    const invocation = { ...context, count, log: log.createChild({ persistentKeys }) }
    known.set(context, invocation)
    return invocation
  }
}
