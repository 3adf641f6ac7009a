import { useState } from 'preact/hooks'
import { amountText } from '../../../../shared/domain/amount-text.ts'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { PolicyPage } from '../../api.ts'
import { ActionButton } from '../action-button.tsx'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { RestoreDialog } from '../restore/restore-dialog.tsx'
import { addressOf } from '../routes.ts'
import { columnsOf } from '../runs/run-columns.tsx'
import { Lines, Text, Time } from '../text.tsx'
import { useLoad } from '../use-load.ts'
import { VirtualTable } from '../virtual-table.tsx'
import { Approval } from './approval.tsx'
import { WhatIf } from './what-if.tsx'

/** One policy: what it does, what waits, and what another number would do. */
export function Policy({ policy }: { policy: string }) {
  const client = useClient()
  const loaded = useLoad(policy, () => client.get('/api/policy', { name: policy }))
  return (
    <>
      <h1>
        Policy <Text of={policy} />
      </h1>
      <LoadedPart part={loaded}>
        {page => (
          <>
            <State page={page} onChange={loaded.reload} />
            {page.waiting !== undefined && (
              <Approval policy={page.policy} waiting={page.waiting} onApproved={loaded.reload} />
            )}
            {/* Another spec than it began with is another question: what was typed over the old one is not kept. */}
            <WhatIf key={JSON.stringify(page.spec)} page={page} />
            <LastRuns page={page} onRestored={loaded.reload} />
          </>
        )}
      </LoadedPart>
    </>
  )
}

function State({ page, onChange }: { page: PolicyPage; onChange: () => void }) {
  const client = useClient()
  const { policy, ready, message, dryRun, paused, suspended, schedule, nextRunAt, clamped } = page
  const [, namespace, name] = policy.split('/')
  return (
    <section class={`panel ${ready ? 'good-news' : 'bad-news'}`} aria-label="State">
      <p>
        <strong class={ready ? 'good' : 'bad'}>{ready ? 'ready' : 'not ready'}</strong>: <Text of={message} />
      </p>
      {dryRun && <p class="warn">On dry run: it deletes nothing.</p>}
      {suspended && <p class="warn">Suspended: it runs only when it is told to.</p>}
      <dl>
        <dt>Schedule</dt>
        <dd>{schedule === undefined ? 'none' : <Text of={schedule} />}</dd>
        <dt>Next run</dt>
        <dd>{nextRunAt === undefined ? 'not scheduled' : <Time at={nextRunAt} />}</dd>
        <dt>Deleted so far</dt>
        <dd>
          {amountText(page.totalDeleted, 'image')}, {sizeText(page.totalFreedBytes)} freed
        </dd>
      </dl>
      <Lines of={clamped} />
      <ActionButton
        title={paused ? 'Resume this policy' : 'Pause this policy'}
        act={() => client.post(paused ? '/api/resume' : '/api/pause', { policy })}
        onDone={onChange}
      />
      <p>
        <a href={addressOf('history', '', { policy: `${namespace}/${name}` })}>All that it did</a>
      </p>
    </section>
  )
}

function LastRuns({ page, onRestored }: { page: PolicyPage; onRestored: () => void }) {
  const [restoring, setRestoring] = useState<string>()
  return (
    <section aria-labelledby="last-runs">
      <h2 id="last-runs">Last runs</h2>
      {page.runs.length === 0 ? (
        <p class="quiet">It never ran.</p>
      ) : (
        <VirtualTable
          caption="Newest first"
          columns={columnsOf(setRestoring)}
          rows={page.runs}
          keyOf={({ run }) => run}
          total={page.runs.length}
        />
      )}
      {restoring !== undefined && (
        <RestoreDialog
          what={{ run: restoring }}
          name={restoring}
          onClose={wasRestored => {
            setRestoring(undefined)
            if (wasRestored) onRestored()
          }}
        />
      )}
    </section>
  )
}
