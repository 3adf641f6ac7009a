import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { AwsError } from './aws-error.ts'
import type { ObjectHead } from './object-store.ts'
import { type XmlChild, xmlDocument } from './xml.ts'

const listQuerySchema = z.object({
  prefix: z.string().default(''),
  delimiter: z.string().default(''),
  'start-after': z.string().default(''),
  'continuation-token': z.string().optional(),
  'max-keys': z.coerce.number().int().min(0).max(1000).default(1000),
  'encoding-type': z.literal('url').optional(),
})
type ListQuery = z.infer<typeof listQuerySchema>

type Entry = { readonly head: ObjectHead } | { readonly commonPrefix: string }

export const parseListQuery = (query: Record<string, string>): ListQuery => {
  const parsed = listQuerySchema.safeParse(query)
  if (parsed.success) return parsed.data
  throw new AwsError('InvalidArgument', issueText(parsed.error, query, 'the query'))
}

/** One page of ListObjectsV2. `heads` are the objects under the prefix, in order. */
export const listingXml = (bucket: string, heads: readonly ObjectHead[], query: ListQuery): string => {
  const after =
    query['continuation-token'] === undefined ? query['start-after'] : fromToken(query['continuation-token'])
  const rest = entriesOf(heads, query).filter(
    entry => Buffer.compare(Buffer.from(nameOf(entry)), Buffer.from(after)) > 0,
  )
  const page = rest.slice(0, query['max-keys'])
  const last = page.at(-1)
  const isTruncated = rest.length > page.length && last !== undefined
  const encode = (text: string) => (query['encoding-type'] ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  return xmlDocument('ListBucketResult', [
    ['Name', bucket],
    ['Prefix', encode(query.prefix)],
    ['Delimiter', encode(query.delimiter)],
    ['MaxKeys', String(query['max-keys'])],
    ['KeyCount', String(page.length)],
    ['IsTruncated', String(isTruncated)],
    ...(query['encoding-type'] ? [['EncodingType', 'url'] satisfies XmlChild] : []),
    ...(isTruncated
      ? [['NextContinuationToken', Buffer.from(nameOf(last)).toString('base64url')] satisfies XmlChild]
      : []),
    ...page.map(entry => entryXml(entry, encode)),
  ])
}

const fromToken = (token: string): string => Buffer.from(token, 'base64url').toString()

const nameOf = (entry: Entry): string => ('head' in entry ? entry.head.key : entry.commonPrefix)

const entriesOf = (heads: readonly ObjectHead[], query: ListQuery): Entry[] => {
  if (query.delimiter === '') return heads.map(head => ({ head }))
  const entries: Entry[] = []
  for (const head of heads) {
    const end = head.key.indexOf(query.delimiter, query.prefix.length)
    const commonPrefix = head.key.slice(0, end + query.delimiter.length)
    if (end < 0) entries.push({ head })
    else if (entries.every(entry => nameOf(entry) !== commonPrefix)) entries.push({ commonPrefix })
  }
  return entries
}

const entryXml = (entry: Entry, encode: (text: string) => string): XmlChild =>
  'head' in entry
    ? [
        'Contents',
        [
          ['Key', encode(entry.head.key)],
          ['LastModified', new Date(entry.head.modifiedAtMs).toISOString()],
          ['ETag', entry.head.etag],
          ['Size', String(entry.head.sizeBytes)],
          ['StorageClass', 'STANDARD'],
        ],
      ]
    : ['CommonPrefixes', [['Prefix', encode(entry.commonPrefix)]]]
