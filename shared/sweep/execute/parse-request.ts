import * as z from 'zod'
import { parseMessage } from '../../domain/parse-message.ts'
import type { SweepRequest } from '../../ports/messaging.ts'

const sweepRequest = z.object({
  cluster: z.string(),
  namespace: z.string(),
  policy: z.string(),
  runId: z.string(),
  registry: z.string(),
  repository: z.string(),
  attempt: z.string(),
  restore: z
    .object({ at: z.string(), part: z.int(), digests: z.array(z.string()), run: z.string().exactOptional() })
    .exactOptional(),
})

/** @throws InvalidInputError */
export const parseSweepRequest = (body: string): SweepRequest => parseMessage('sweep message', sweepRequest, body)
