import { sizeText } from '../../../../shared/domain/size.ts'
import type { PoliciesPage, ShownPolicy } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { ListEnd } from '../list-end.tsx'
import { PolicyLink } from '../policy-link.tsx'
import { Text, Time } from '../text.tsx'
import { UnreadClusters } from '../unread-clusters.tsx'
import { usePages } from '../use-pages.ts'
import { type TableColumn, VirtualTable } from '../virtual-table.tsx'

const pageSize = '200'

const columns: readonly TableColumn<ShownPolicy>[] = [
  {
    title: 'Policy',
    kind: 'name',
    cell: ({ policy }) => <PolicyLink policy={policy} />,
  },
  {
    title: 'State',
    cell: policy => (
      <>
        <span class={policy.ready ? 'good' : 'bad'}>{policy.ready ? 'ready' : 'not ready'}</span>
        {policy.dryRun && <strong class="warn"> dry run</strong>}
        {policy.paused && <strong class="warn"> paused</strong>}
        {policy.suspended && <strong class="warn"> suspended</strong>} <Text of={policy.message} />
      </>
    ),
  },
  {
    title: 'Next run',
    kind: 'word',
    cell: ({ nextRunAt }) => (nextRunAt === undefined ? 'not scheduled' : <Time at={nextRunAt} />),
  },
  {
    title: 'Last run',
    cell: ({ lastRun }) =>
      lastRun === undefined ? (
        'none yet'
      ) : (
        <>
          <Time at={lastRun.startedAt} /> <Text of={lastRun.message} />
        </>
      ),
  },
  {
    title: 'Waits for',
    cell: ({ waiting }) => (waiting === undefined ? '' : <strong class="warn">approval</strong>),
  },
  { title: 'Deleted', kind: 'number', cell: ({ totalDeleted }) => totalDeleted },
  { title: 'Freed', kind: 'number', cell: ({ totalFreedBytes }) => sizeText(totalFreedBytes) },
]

/** Every policy, what it does next, and what waits for a person. */
export function Policies() {
  const client = useClient()
  const list = usePages<ShownPolicy, PoliciesPage>('policies', cursor =>
    client.get('/api/policies', { cursor, limit: pageSize }),
  )
  const unread = list.last?.unread ?? []
  return (
    <>
      <h1>Policies</h1>
      <UnreadClusters of={unread} what="The policies" />
      <VirtualTable
        caption="By name"
        columns={columns}
        rows={list.rows}
        keyOf={({ policy }) => policy}
        total={list.last?.total}
        onEnd={list.more}
      />
      <ListEnd
        of={unread.length === 0 ? 'there is no policy' : 'no policy can be shown'}
        count={list.rows.length}
        {...list}
      />
    </>
  )
}
