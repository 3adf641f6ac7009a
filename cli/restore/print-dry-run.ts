import { amountText } from '../../shared/domain/amount-text.ts'
import { attachedSubject } from '../../shared/domain/retention/versions/tag-kind.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { isBack, type RestoredItem, type RestoreOutcome } from '../../shared/restore/restore-outcome.ts'
import { type Column, tableOf } from '../io/columns.ts'
import { shortDigest } from '../io/short-digest.ts'
import { type TextStyle, wrapped } from '../io/text.ts'
import type { RestoreResult } from './restore-json.ts'

const words: Record<RestoreOutcome, string> = {
  restored: 'would restore',
  present: 'there already',
  'left-alone': 'left alone',
  missing: 'cannot restore',
  failed: 'failed',
}

const columns: readonly Column[] = [
  { title: 'WHAT' },
  { title: 'IMAGE', below: '' },
  { title: 'SIZE', align: 'end' },
  { title: 'KIND', minWidth: 20, below: '' },
]

/** What a restore would do, an image a line with its tags and objects, and what that comes to. */
export function* printDryRun({ repositories }: RestoreResult, style: TextStyle): Iterable<string> {
  for (const { repository, things } of repositories) {
    yield* wrapped(repository, style.columns).map(line => `${line}\n`)
    for (const line of tableOf(columns, rowsOf(things), style)) yield `${line}\n`
    yield '\n'
  }
  const all = repositories.flatMap(({ things }) => things)
  for (const line of wrapped(totalsText(all), style.columns)) yield `${line}\n`
}

function rowsOf(things: readonly RestoredItem[]): string[][] {
  const ofImage = Map.groupBy(things, thing => thing.digest)
  const nameOf = (digest: string): string => {
    const tags = (ofImage.get(digest as RestoredItem['digest']) ?? [])
      .filter(({ kind, name }) => kind === 'tag' && attachedSubject(name) === undefined)
      .map(({ name }) => name)
    return tags.length > 0 ? tags.join(' ') : `@${shortDigest(digest)}`
  }
  const named = (text: string): string => text.replaceAll(/sha256:[0-9a-f]{64}/g, digest => firstOf(nameOf(digest)))
  return [...ofImage.values()].flatMap(own => {
    const image = own.find(({ kind }) => kind === 'manifest')
    const odd = own.filter(thing => thing !== image && thing.outcome !== image?.outcome)
    return [...(image ? [imageRow(image, own, nameOf(image.digest), named)] : []), ...odd.map(oddRow)]
  })
}

const firstOf = (name: string): string => name.split(' ')[0] ?? name

/** A reason of what cannot be restored names what to push again, so its digests stand whole. */
function imageRow(
  image: RestoredItem,
  own: readonly RestoredItem[],
  name: string,
  named: (text: string) => string,
): string[] {
  const objects = own.filter(({ kind, outcome }) => kind === 'object' && outcome === image.outcome).length
  const withObjects = objects > 0 ? `, with ${amountText(objects, 'Repository object')}` : ''
  const about = own.flatMap(thing => (thing.kind === 'tag' ? (attachedSubject(thing.name) ?? []) : []))[0]
  const what = about === undefined ? image.reason : `refers to ${about}`
  const kind = isBack(image) ? named(what) : image.reason
  return [
    words[image.outcome],
    name,
    image.sizeBytes === undefined ? '?' : sizeText(image.sizeBytes),
    kind + withObjects,
  ]
}

/** A tag or object that does not come back as its image does. */
const oddRow = ({ kind, name, outcome, reason }: RestoredItem): string[] => [
  words[outcome],
  kind === 'tag' ? `tag ${name}` : `object ${name}`,
  '',
  reason,
]

function totalsText(things: readonly RestoredItem[]): string {
  const images = things.filter(({ kind }) => kind === 'manifest')
  const countOf = (outcome: RestoreOutcome, kind: RestoredItem['kind'] = 'manifest'): number =>
    things.filter(thing => thing.kind === kind && thing.outcome === outcome).length
  const bytes = images
    .filter(({ outcome }) => outcome === 'restored')
    .reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0)
  const others: readonly [RestoreOutcome, string][] = [
    ['left-alone', 'left alone'],
    ['missing', 'could not be restored'],
    ['failed', 'failed'],
  ]
  const parts = [
    `${countOf('restored')} would be restored (${sizeText(bytes)})`,
    `${countOf('present')} there already`,
    ...others.flatMap(([outcome, said]) => (countOf(outcome) > 0 ? [`${countOf(outcome)} ${said}`] : [])),
  ]
  const tags = amountText(countOf('restored', 'tag'), 'tag')
  const objects = amountText(countOf('restored', 'object'), 'Repository object')
  return `${amountText(images.length, 'image')}: ${parts.join(', ')}; with ${tags} and ${objects}`
}
