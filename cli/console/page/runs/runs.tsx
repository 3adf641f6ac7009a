import { useState } from 'preact/hooks'
import type { RunsPage } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { FilterForm } from '../filter-form.tsx'
import { ListEnd } from '../list-end.tsx'
import { RestoreDialog } from '../restore/restore-dialog.tsx'
import { Lines } from '../text.tsx'
import { usePages } from '../use-pages.ts'
import { VirtualTable } from '../virtual-table.tsx'
import { columnsOf } from './run-columns.tsx'

type Run = RunsPage['items'][number]

const pageSize = '200'

const filters = [
  { name: 'policy', title: 'Policy (NAMESPACE/NAME)' },
  { name: 'namespace', title: 'Namespace' },
  { name: 'since', title: 'Since (7d, or a time)' },
] as const

/** Every run, newest first; what one took can be put back. */
export function Runs({ query }: { query: Readonly<Record<string, string>> }) {
  const client = useClient()
  const { policy, namespace, since } = query
  const asked = { policy, namespace, since }
  const list = usePages<Run, RunsPage>(JSON.stringify(asked), cursor =>
    client.get('/api/runs', { ...asked, cursor, limit: pageSize }),
  )
  const [restoring, setRestoring] = useState<string>()
  return (
    <>
      <h1>Runs</h1>
      <FilterForm page="runs" filters={filters} query={query} />
      <VirtualTable
        caption="Newest first"
        columns={columnsOf(setRestoring)}
        rows={list.rows}
        keyOf={({ run }) => run}
        total={list.last?.total}
        onEnd={list.more}
      />
      <ListEnd of="no run is known" count={list.rows.length} {...list} />
      <Lines
        of={(list.last?.forgotten ?? []).map(
          ({ policy: id, before }) =>
            `of policy ${id} runs before ${before} are not kept one by one (spec.historyLimit)`,
        )}
      />
      {restoring !== undefined && (
        <RestoreDialog what={{ run: restoring }} name={restoring} onClose={() => setRestoring(undefined)} />
      )}
    </>
  )
}
