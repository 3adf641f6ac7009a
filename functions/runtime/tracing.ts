import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import type { FunctionName } from '../../shared/wiring.ts'

/** Notes each invocation for X-Ray as its own, with its failure; never what it answers, which may be long. */
export const tracing = (name: FunctionName) =>
  captureLambdaHandler(new Tracer({ serviceName: name }), { captureResponse: false })
