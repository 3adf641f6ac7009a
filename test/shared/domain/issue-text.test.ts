import { expect, it } from 'vitest'
import * as z from 'zod'
import { issueText, issueTexts } from '../../../shared/domain/issue-text.ts'

const schema = z.strictObject({
  host: z.string().min(1),
  provider: z.enum(['oci', 'harbor']),
  list: z.array(z.int().max(5)).min(2),
  labels: z.record(z.string(), z.string()).default({}),
  tag: z.string().refine(text => text === 'v1', 'expected a tag'),
})
const textsOf = (input: unknown, wording = {}) =>
  issueTexts(schema.safeParse(input).error ?? new z.ZodError([]), input, 'the whole', wording)
const good = { host: 'a', provider: 'oci', list: [1, 2], tag: 'v1' }

it.each([
  ['nothing', undefined, 'the whole: expected object, got nothing'],
  ['an empty text', { ...good, host: '' }, 'host: expected a text that is not empty, got ""'],
  ['another type', { ...good, host: 7 }, 'host: expected string, got 7'],
  ['another word', { ...good, provider: 'quay' }, 'provider: expected one of oci, harbor, got "quay"'],
  ['a short list', { ...good, list: [1] }, 'list: expected at least 2 entries, got a list of 1'],
  ['a large number', { ...good, list: [1, 9] }, 'list[1]: expected at most 5, got 9'],
  ['an unknown field', { ...good, extra: 1 }, 'the whole: expected known fields, got "extra"'],
  ['what the schema words itself', { ...good, tag: 'x' }, 'tag: expected a tag, got "x"'],
  ['a key that holds anything', { ...good, labels: { 'a\nb': 1 } }, 'labels["a\\nb"]: expected string, got 1'],
])('says of %s what was expected and what was given', (_, input, text) => {
  expect(textsOf(input)).toEqual([text])
})

it('has every complaint, or the first', () => {
  const input = { ...good, host: '', tag: 'x' }
  const { error } = schema.safeParse(input)

  expect(textsOf(input)).toHaveLength(2)
  expect(error && issueText(error, input, 'the whole')).toBe(textsOf(input)[0])
})

it('names fields from the root, repeats as much as it may, and nothing of a secret', () => {
  const input = { ...good, tag: 's3cret-s3cret' }

  expect(textsOf(input, { root: 'config.it', maxShown: 6 })).toEqual(['config.it.tag: expected a tag, got "s3cret…"'])
  expect(textsOf(input, { hidesValues: true })).toEqual(['tag: expected a tag'])
})
