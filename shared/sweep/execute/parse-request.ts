import * as z from 'zod'
import { InvalidInputError } from '../../errors.ts'
import type { SweepRequest } from '../../ports/messaging.ts'

const sweepRequest = z.object({
  cluster: z.string(),
  namespace: z.string(),
  policy: z.string(),
  runId: z.string(),
  registry: z.string(),
  repository: z.string(),
  attempt: z.string(),
})

/** @throws InvalidInputError */
export function parseSweepRequest(body: string): SweepRequest {
  try {
    return sweepRequest.parse(JSON.parse(body))
  } catch (cause) {
    throw new InvalidInputError(
      'sweep message: expected cluster, namespace, policy, runId, registry, repository and attempt',
      {
        cause,
      },
    )
  }
}
