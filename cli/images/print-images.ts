import { amountText } from '../../shared/domain/amount-text.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { humanDuration } from '../embedded/kubernetes/age.ts'
import { type Column, tableOf } from '../io/columns.ts'
import { painted, type TextStyle, wrapped } from '../io/text.ts'
import type { ShownImage, ShownImages } from './list-images.ts'
import type { ShownRepositories, ShownRepository } from './list-repositories.ts'

const imageColumns: readonly Column[] = [
  { title: 'TAG', minWidth: 12, below: 'tagged ' },
  { title: 'ROLE' },
  { title: 'STAGE' },
  { title: 'AGE', align: 'end' },
  { title: 'SIZE', align: 'end', below: 'size ' },
  { title: 'RUNS AS', below: 'runs as ' },
  { title: 'WHAT BECOMES OF IT', minWidth: 24, below: '' },
]
const shownUsers = 2

/** The versions of a repository for people, newest first. */
export function* printImages(
  { repository, images, parts }: ShownImages,
  now: Date,
  style: TextStyle,
): Iterable<string> {
  yield `${wrapped(repository, style.columns).join('\n')}\n`
  if (images.length === 0) yield 'no image of it is known\n'
  else
    yield* tableLines(
      imageColumns,
      images.map(image => imageRow(image, now)),
      images.map(({ goes }) => goes),
      style,
    )
  const going = images.filter(({ goes }) => goes).length
  const below = parts === 0 ? '' : `, with ${amountText(parts, 'platform, signature or other part')} below them`
  for (const line of wrapped(
    `${amountText(images.length, 'image')}${below}: ${images.length - going} kept, ${going} to be deleted or archived`,
    style.columns,
  ))
    yield `${line}\n`
}

const imageRow = (
  { digest, tags, role, stage, pushedAt, sizeBytes, platforms = [], usedBy, fate }: ShownImage,
  now: Date,
): string[] => [
  tags.join(' ') || `@${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`,
  role ?? '',
  stage,
  humanDuration(now.getTime() - Date.parse(pushedAt)),
  `${sizeBytes === undefined ? '?' : sizeText(sizeBytes)}${platforms.length > 1 ? ` in ${platforms.length}` : ''}`,
  usersText(usedBy),
  fate,
]

const usersText = (users: readonly string[]): string => {
  const more = users.length - shownUsers
  return `${users.slice(0, shownUsers).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const repositoryColumns: readonly Column[] = [
  { title: 'REPOSITORY', below: '' },
  { title: 'TAGS', align: 'end' },
  { title: 'IN USE', align: 'end' },
  { title: 'MARKED', align: 'end' },
  { title: 'SIZE', align: 'end' },
  { title: 'SYNCED', align: 'end' },
]

/** One line a repository for people, and what could not be read. */
export function* printRepositories(
  { repositories, unread }: ShownRepositories,
  now: Date,
  style: TextStyle,
): Iterable<string> {
  if (repositories.length === 0) yield 'no Repository object tracks anything yet\n'
  else
    yield* tableLines(
      repositoryColumns,
      repositories.map(one => repositoryRow(one, now)),
      repositories.map(() => false),
      style,
    )
  for (const { cluster, message } of unread)
    for (const line of wrapped(
      `cluster ${cluster} cannot be read, and what it alone tracks is not shown: ${message}`,
      style.columns,
    ))
      yield `${painted('red', line, style)}\n`
}

const repositoryRow = (
  { repository, tags, inUse, marked, storedBytes, lastSyncedAt }: ShownRepository,
  now: Date,
): string[] => [
  repository,
  tags === undefined ? '?' : String(tags),
  String(inUse),
  String(marked),
  storedBytes === undefined ? '?' : sizeText(storedBytes),
  lastSyncedAt === undefined ? 'never' : `${humanDuration(now.getTime() - Date.parse(lastSyncedAt))} ago`,
]

/** With what is to be deleted or archived in red as far as its first word. */
function* tableLines(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  isRed: readonly boolean[],
  style: TextStyle,
): Iterable<string> {
  const [title, ...rows] = tableOf(columns, cells, style)
  yield `${title}\n`
  for (const [at, row] of rows.entries()) {
    const end = row.search(/ |$/)
    yield isRed[at] === true ? `${painted('red', row.slice(0, end), style)}${row.slice(end)}\n` : `${row}\n`
  }
}
