import { useState } from 'preact/hooks'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { Reads } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { ListEnd } from '../list-end.tsx'
import { addressOf, repositoryAddress } from '../routes.ts'
import { Text } from '../text.tsx'
import { usePages } from '../use-pages.ts'
import { type TableColumn, VirtualTable } from '../virtual-table.tsx'
import { ageText } from '../words.ts'

type Shown = Reads['/api/repositories']['answer']['items'][number]

const pageSize = '200'

const columns: readonly TableColumn<Shown>[] = [
  {
    title: 'Repository',
    kind: 'name',
    cell: ({ repository }) => (
      <a href={repositoryAddress(repository)}>
        <Text of={repository} />
      </a>
    ),
  },
  { title: 'Tags', kind: 'number', cell: ({ tags }) => tags ?? '?' },
  { title: 'In use', kind: 'number', cell: ({ inUse }) => inUse },
  { title: 'Marked', kind: 'number', cell: ({ marked }) => marked },
  {
    title: 'Size',
    kind: 'number',
    cell: ({ storedBytes }) => (storedBytes === undefined ? '?' : sizeText(storedBytes)),
  },
  {
    title: 'Synced',
    kind: 'number',
    cell: ({ lastSyncedAt }) => (lastSyncedAt === undefined ? 'never' : `${ageText(lastSyncedAt)} ago`),
  },
]

/** Every repository that is tracked, by name. */
export function Repositories({ search }: { search: string }) {
  const client = useClient()
  const list = usePages<Shown, Reads['/api/repositories']['answer']>(search, cursor =>
    client.get('/api/repositories', { search, cursor, limit: pageSize }),
  )
  return (
    <section aria-labelledby="repositories">
      <h2 id="repositories">Repositories</h2>
      <Search search={search} key={search} />
      <VirtualTable
        caption={list.last?.total === undefined ? 'By name' : `${list.last.total}, by name`}
        columns={columns}
        rows={list.rows}
        keyOf={({ repository }) => repository}
        total={list.last?.total}
        onEnd={list.more}
      />
      <ListEnd of="no repository of that name is tracked" count={list.rows.length} {...list} />
    </section>
  )
}

/** The search stands in the address, so that it can be passed on. */
function Search({ search }: { search: string }) {
  const [text, setText] = useState(search)
  return (
    <form
      class="controls"
      onSubmit={event => {
        event.preventDefault()
        location.hash = addressOf('overview', '', { search: text })
      }}
    >
      <label>
        Part of the name
        <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <button type="submit">Search</button>
    </form>
  )
}
