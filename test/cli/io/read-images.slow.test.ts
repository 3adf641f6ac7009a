import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BlockWriter } from '../../../cli/io/block-writer.ts'
import { ImageLine } from '../../../cli/io/image-line.ts'
import { BlockList, ImageTable } from '../../../cli/io/image-table.ts'
import { readImage } from '../../../cli/io/read-image.ts'
import { readFileParts, readStream } from '../../../cli/io/read-parts.ts'
import { parseRepositoryName } from '../../../shared/domain/image-name.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { digestOf, manifestType } from '../../shared/domain/retention/retention-world.ts'
import { imageJson } from '../plan/plan-run.ts'

/** What a table says of its images, as plain values in the order of the file within each repository. */
const imagesIn = (table: ImageTable): unknown[] =>
  table.repositories().flatMap(repository =>
    table.imagesOf(repository).map(image => ({
      ...{ repository: image.repository, digest: image.digest, tags: image.tags, mediaType: image.mediaType },
      ...{ sizeBytes: image.sizeBytes, pushedAt: image.pushedAt, pulledAt: image.pulledAt },
      ...{ createdAt: image.createdAt, retaggedAt: image.retaggedAt, seenRunningAt: image.seenRunningAt },
      ...{ children: image.children, subject: image.subject, blobs: image.blobs },
    })),
  )

async function* chunksOf(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const outcomeOf = async (read: () => Promise<{ table: ImageTable; unit: string }>): Promise<unknown> => {
  try {
    const { table, unit } = await read()
    table.checkDuplicates(unit)
    return { unit, images: imagesIn(table) }
  } catch (error) {
    return error instanceof InvalidInputError ? error.message : String(error)
  }
}

/** What the quick reading makes of a line: its image, or undefined where it leaves the line to JSON.parse. */
const quickly = (line: string): unknown => {
  const list = new BlockList()
  const rows = new BlockWriter(block => list.add(block))
  const bytes = Buffer.from(line)
  const isTaken = new ImageLine(rows).take(bytes, 0, bytes.length, 1)
  rows.flush()
  return isTaken ? imagesIn(new ImageTable([list])) : undefined
}

const thoroughly = (line: string): unknown => {
  try {
    return imagesIn(ImageTable.of([readImage(JSON.parse(line), parseRepositoryName)]))
  } catch (error) {
    return String(error)
  }
}

const usual = JSON.stringify(imageJson('v1'))
const text = fc.oneof(
  fc.constantFrom('nginx', 'registry.example.com/app', 'v1', '', 'x/../y', 'App', 'a\\u0041', 'é', '\\n', 'a:b', '-v'),
  fc.constantFrom(digestOf('v1'), digestOf('v2').toUpperCase(), `sha512:${'0'.repeat(128)}`, manifestType),
  fc.constantFrom('2026-02-28T00:00:00Z', '2026-02-30T00:00:00Z', '2026-02-28T00:00:00.5Z', '2026-02-28T24:00:00Z'),
  fc.constantFrom('0050-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '2026-01-01T00:00:00+02:00', '2026-1-01T00:00:00Z '),
  fc.string({ maxLength: 6 }).map(each => JSON.stringify(each).slice(1, -1)),
)
const number = fc.constantFrom(
  '0',
  '7',
  '-1',
  '1.0',
  '1.5',
  '1e3',
  '01',
  '999999999999999',
  '9007199254740993',
  '1e999',
)
const quotedText = text.map(each => `"${each}"`)
const value = fc.oneof(
  quotedText,
  number,
  fc.constantFrom('null', 'true', '{}', '[]', '[1]', '[["v1"]]'),
  fc.array(quotedText, { maxLength: 3 }).map(each => `[${each.join(', ')}]`),
)
const key = fc.constantFrom(
  ...['repository', 'digest', 'tags', 'mediaType', 'sizeBytes', 'pushedAt', 'pulledAt', 'createdAt'],
  ...['retaggedAt', 'seenRunningAt', 'children', 'subject', 'blobs', '__proto__', 'Tags', 'pushed', 'repositor\\u0079'],
)
const gap = fc.constantFrom('', '', '', ' ', '\t', ' \r', '\u00a0')
const field = fc.tuple(key, gap, gap, value).map(([name, before, after, what]) => `"${name}"${before}:${after}${what}`)
const good = fc.constantFrom(
  `"repository":"registry.example.com/app"`,
  `"digest":"${digestOf('v1')}"`,
  `"tags":["v1","v1.0"]`,
  `"tags" : [ "v1" , "v_2.0-x" ]`,
  `"pushedAt":"2026-02-28T01:02:03Z"`,
  `"sizeBytes": 1000`,
)
const built = fc
  .tuple(gap, fc.array(fc.oneof({ weight: 3, arbitrary: good }, field), { maxLength: 7 }), gap, gap)
  .map(([start, fields, comma, end]) => `${start}{${fields.join(`,${comma}`)}}${end}`)
/** The usual line with one character put in, taken away or changed. */
const damaged = fc
  .tuple(fc.nat(usual.length), fc.nat(2), fc.constantFrom(...' "\\,:[]{}0-.aZé\t\r', '\u0000', '\u2028'))
  .map(([at, cut, character]) => usual.slice(0, at) + (cut === 2 ? '' : character) + usual.slice(at + Math.min(cut, 1)))

describe('the quick reading of a line', () => {
  it('takes the usual line, in any order of its fields and with spaces', () => {
    const spaced = JSON.stringify(imageJson('v1', { tags: ['v1', 'v2'] }))
      .replaceAll(',"', ', "')
      .replaceAll(':"', ': "')
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(imageJson('v1')).reverse()))

    for (const line of [usual, spaced, reversed, `${usual}\r`]) {
      expect(quickly(line)).toEqual(thoroughly(line))
      expect(quickly(line)).toBeDefined()
    }
  })

  it('says of every line what JSON.parse and the check of its value say, or nothing', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.oneof(built, damaged), line => {
        const quick = quickly(line)
        if (quick === undefined) return
        taken++
        expect(quick).toEqual(thoroughly(line))
      }),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(100)
  })
})

describe('an images file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'images-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const line = (name: string, more: Readonly<Record<string, unknown>> = {}) => JSON.stringify(imageJson(name, more))
  const index = line('i', { children: [digestOf('v1')], blobs: [{ digest: digestOf('b'), sizeBytes: 1 }] })
  const others = Array.from({ length: 9 }, (_, at) => line(`o-${at}`, { repository: `r.example.com/${at % 2}` }))
  const lines = ['', line('v1'), index, line('v2', { tags: [] }), ' ', ...others, line('v3', { tags: ['a', 'b'] })]
  const onLastLine = (bad: string | Buffer) => Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from(bad)])
  const onFirstLine = (bad: string | Buffer) => Buffer.concat([Buffer.from(bad), Buffer.from(`\n${lines.join('\n')}`)])
  const invalid = Buffer.from('{"repository":"\xff"}', 'latin1')
  const both = Buffer.concat([onFirstLine('{'), Buffer.from('\n'), invalid])

  it.each<[string, Buffer]>([
    ['that is good', onLastLine('')],
    ['with a mark of its byte order', Buffer.concat([Buffer.from('\uFEFF'), onLastLine('')])],
    ['with Windows line ends', Buffer.from(lines.join('\r\n'))],
    ['whose last line is no JSON', onLastLine('{')],
    ['whose first line is no JSON', onFirstLine('{')],
    ['with a wrong field on its last line', onLastLine(line('v9', { pushedAt: 'yesterday' }))],
    ['B2 with other bytes than UTF-8 at the end', onLastLine(invalid)],
    ['B2 with other bytes than UTF-8 at the beginning', onFirstLine(invalid)],
    ['B2 with two faults', both],
    ['with a digest that its first line has too', onLastLine(line('v1', { tags: [] }))],
    ['with a tag that its first line has too', onLastLine(line('v8', { tags: ['v1'] }))],
    ['of empty lines alone', Buffer.from('\n'.repeat(5000))],
    ['that is a document', Buffer.from(`{"images":[${[...others, index].join(',\n')}]}`)],
  ])('%s is the same to one thread and to two, whatever the chunks', async (_, bytes) => {
    const path = join(folder, 'images.ndjson')
    await writeFile(path, bytes)

    const whole = await outcomeOf(() => readStream(chunksOf(bytes, bytes.length), () => undefined))
    const inBits = await outcomeOf(() => readStream(chunksOf(bytes, 97), () => undefined))
    const byTwo = await outcomeOf(() => readFileParts(path, () => undefined, 0))
    const byOne = await outcomeOf(() => readFileParts(path, () => undefined))

    expect(inBits).toEqual(whole)
    expect(byTwo).toEqual(whole)
    expect(byOne).toEqual(whole)
  })

  it('names the line of the whole file that is wrong, though another thread read it', async () => {
    const path = join(folder, 'wrong.ndjson')
    await writeFile(path, onLastLine(line('v9', { sizeBytes: -1 })))

    await expect(readFileParts(path, () => undefined, 0)).rejects.toThrow(
      `line ${lines.length + 1}: sizeBytes: expected a whole number of bytes, got -1`,
    )
  })

  it('finds what stands twice across blocks of many thousand images', async () => {
    const many = Array.from({ length: 40_000 }, (_, at) => line(`m-${at}`))
    const bytes = Buffer.from([...many, line('other', { tags: ['m-7'] })].join('\n'))

    expect(await outcomeOf(() => readStream(chunksOf(bytes, 65_536), () => undefined))).toContain(
      'line 40001: expected each tag of registry.example.com/app once, got m-7 again, first on line 8',
    )
  })
})
