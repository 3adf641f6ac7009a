import type { HistoryFilter, HistoryPage } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { FilterForm } from '../filter-form.tsx'
import { ListEnd } from '../list-end.tsx'
import { Text, Time } from '../text.tsx'
import { usePages } from '../use-pages.ts'
import { type TableColumn, VirtualTable } from '../virtual-table.tsx'
import { changedImage } from './changed-image.ts'
import { historyActions } from './history-actions.ts'

type Change = HistoryPage['items'][number]

const pageSize = '200'

const filters = [
  {
    name: 'action',
    title: 'Action',
    choices: historyActions,
  },
  { name: 'image', title: 'Image' },
  { name: 'repository', title: 'Repository' },
  { name: 'policy', title: 'Policy (NAMESPACE/NAME)' },
  { name: 'namespace', title: 'Namespace' },
  { name: 'since', title: 'Since (7d, or a time)' },
  { name: 'until', title: 'Until' },
] as const

const names = filters.map(({ name }) => name)

const columns: readonly TableColumn<Change>[] = [
  { title: 'When', kind: 'word', cell: ({ at }) => <Time at={at} /> },
  { title: 'What', kind: 'word', cell: ({ action }) => <Text of={action} /> },
  {
    title: 'Image',
    kind: 'name',
    cell: change => {
      const { address, text } = changedImage(change)
      return (
        <a href={address}>
          <Text of={text} />
        </a>
      )
    },
  },
  { title: 'Who', cell: ({ actor }) => <Text of={actor} /> },
  { title: 'Why', cell: ({ reason }) => <Text of={reason} /> },
]

/** What happened, newest first. */
export function History({ query }: { query: Readonly<Record<string, string>> }) {
  const client = useClient()
  const asked: HistoryFilter = Object.fromEntries(names.flatMap(name => (query[name] ? [[name, query[name]]] : [])))
  const list = usePages<Change, HistoryPage>(JSON.stringify(asked), cursor =>
    client.get('/api/history', { ...emptyFilter, ...asked, cursor, limit: pageSize }),
  )
  const { last, isLoading, message } = list
  // A page may find nothing where the filter is narrow: then the person says whether to look further back.
  const isAtEmptyPage = last?.next !== undefined && last.items.length === 0 && !isLoading && message === undefined
  return (
    <>
      <h1>History</h1>
      <FilterForm page="history" filters={filters} query={query} />
      <VirtualTable
        caption="Newest first"
        columns={columns}
        rows={list.rows}
        keyOf={({ id }) => id}
        total={last?.next === undefined ? list.rows.length : undefined}
        onEnd={isAtEmptyPage ? undefined : list.more}
      />
      {isAtEmptyPage ? (
        <p>
          Nothing more as far back as <Time at={last.readBackTo} />.{' '}
          <button type="button" onClick={list.more}>
            Look further back
          </button>
        </p>
      ) : (
        <ListEnd of="nothing happened that is asked for" count={list.rows.length} {...list} />
      )}
    </>
  )
}

const emptyFilter = {
  action: undefined,
  image: undefined,
  repository: undefined,
  policy: undefined,
  namespace: undefined,
  since: undefined,
  until: undefined,
}
