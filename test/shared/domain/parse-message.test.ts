import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { parseMessage } from '../../../shared/domain/parse-message.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

const schema = z.object({ detail: z.object({ repository: z.string() }) })
const refusalOf = (body: string): unknown => {
  try {
    return parseMessage('sync message', schema, body)
  } catch (error) {
    return error
  }
}

describe('a message', () => {
  it('is what the schema makes of it', () => {
    expect(parseMessage('sync message', schema, '{"detail":{"repository":"a/b","more":1}}')).toEqual({
      detail: { repository: 'a/b' },
    })
  })

  it.each([
    ['no JSON', 'sync message: expected JSON, got "no JSON"'],
    ['{"detail":{"repository":7}}', 'sync message: detail.repository: expected string, got 7'],
    ['[]', 'sync message: the whole: expected object, got a list of 0'],
  ])('of %s is refused with what was expected', (body, message) => {
    const refusal = refusalOf(body)

    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(refusal).toMatchObject({ message })
  })
})
