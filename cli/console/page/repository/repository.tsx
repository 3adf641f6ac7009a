import { amountText } from '../../../../shared/domain/amount-text.ts'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { RepositoryPage, ShownVersion } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { ListEnd } from '../list-end.tsx'
import { addressOf, imageAddress } from '../routes.ts'
import { shortDigest } from '../shown-text.ts'
import { Text } from '../text.tsx'
import { usePages } from '../use-pages.ts'
import { type TableColumn, VirtualTable } from '../virtual-table.tsx'
import { ageText } from '../words.ts'
import { CutLine, Cuts } from './cuts.tsx'
import { VersionTree } from './version-tree.tsx'

const pageSize = '200'
const shownUsers = 2

/** The versions of a repository, newest first, and where each policy cuts. */
export function Repository({ repository }: { repository: string }) {
  const client = useClient()
  const list = usePages<ShownVersion, RepositoryPage>(repository, cursor =>
    client.get('/api/repository', { name: repository, cursor, limit: pageSize }),
  )
  const { last } = list
  return (
    <>
      <h1>
        <Text of={last?.repository ?? repository} />
      </h1>
      <p>
        <a href={addressOf('history', '', { repository: last?.repository ?? repository })}>What happened in it</a>
      </p>
      {last !== undefined && <Cuts cuts={last.cuts} />}
      <VirtualTable
        caption={captionOf(last)}
        columns={columnsOf(last)}
        rows={list.rows}
        keyOf={({ digest }) => digest}
        total={last?.total}
        classOf={({ position }) => (last?.cuts.some(({ firstGone }) => firstGone === position) ? 'cut' : '')}
        onEnd={list.more}
      />
      <ListEnd of="no image of it is known" count={list.rows.length} {...list} />
    </>
  )
}

const captionOf = (page: RepositoryPage | undefined): string => {
  if (page === undefined) return 'Versions, newest first'
  const below =
    page.parts === 0 ? '' : `, with ${amountText(page.parts, 'platform, signature or other part')} below them`
  return `${page.total === undefined ? 'Versions' : amountText(page.total, 'version')}, newest first${below}`
}

const columnsOf = (page: RepositoryPage | undefined): TableColumn<ShownVersion>[] => [
  {
    title: 'Tag',
    kind: 'name',
    cell: version => (
      <>
        {(page?.cuts ?? [])
          .filter(({ firstGone }) => firstGone === version.position)
          .map(cut => (
            <CutLine key={cut.policy} policy={cut.policy} />
          ))}
        <a href={imageAddress(`${page?.repository}@${version.digest}`)}>
          <Text of={version.tags.join(' ') || shortDigest(version.digest)} />
        </a>
        {version.tree.length > 0 && <VersionTree version={version} repository={page?.repository ?? ''} />}
      </>
    ),
  },
  { title: 'Role', kind: 'word', cell: ({ role }) => role ?? '' },
  { title: 'Stage', kind: 'word', cell: ({ stage }) => <Text of={stage} /> },
  { title: 'Age', kind: 'number', cell: ({ pushedAt }) => <span title={pushedAt}>{ageText(pushedAt)}</span> },
  {
    title: 'Size',
    kind: 'number',
    cell: ({ sizeBytes, platforms = [] }) =>
      `${sizeBytes === undefined ? '?' : sizeText(sizeBytes)}${platforms.length > 1 ? ` in ${platforms.length}` : ''}`,
  },
  { title: 'Runs as', cell: ({ usedBy }) => <Users of={usedBy} /> },
  {
    title: 'What becomes of it',
    cell: ({ fate, goes, digest }) => (
      <>
        <span class={goes ? 'bad' : ''}>
          <Text of={fate} />
        </span>{' '}
        <a
          class="small"
          href={imageAddress(`${page?.repository}@${digest}`)}
          aria-label={`why, of ${shortDigest(digest)}`}
        >
          why
        </a>
      </>
    ),
  },
]

const Users = ({ of }: { of: readonly string[] }) => (
  <>
    <Text of={of.slice(0, shownUsers).join(', ')} />
    {of.length > shownUsers && ` and ${of.length - shownUsers} more`}
  </>
)
