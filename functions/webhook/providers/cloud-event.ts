import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type Headers, parseWhole } from './provider.ts'

const structured = z.object({ specversion: z.string(), type: z.string(), data: z.unknown().optional() })

interface CloudEvent {
  readonly type: string
  readonly data: unknown
  /** What stands beside the data, where that is in the body too. */
  readonly extensions: Readonly<Record<string, unknown>>
}

/** True for an event that is in the body as a whole. */
export const isCloudEvent = (payload: unknown): boolean => structured.safeParse(payload).success

/**
 * An event in either mode: as a whole in the body, or its data alone there and the rest in headers.
 * @see https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md
 * @throws InvalidInputError
 */
export function readCloudEvent(sender: string, payload: unknown, headers: Headers): CloudEvent {
  const type = headers['ce-type']
  if (type !== undefined) return { type, data: payload, extensions: {} }
  if (!isCloudEvent(payload))
    throw new InvalidInputError(
      `${sender} payload: expected a CloudEvent, in the body or with a ce-type header, got neither`,
    )
  const { type: told, data, ...extensions } = parseWhole(sender, z.looseObject(structured.shape), payload)
  return { type: told, data, extensions }
}
