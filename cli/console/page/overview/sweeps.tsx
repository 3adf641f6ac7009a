import { amountText } from '../../../../shared/domain/amount-text.ts'
import type { Overview } from '../../api.ts'
import { ActionButton } from '../action-button.tsx'
import { useClient } from '../client-context.ts'
import { Lines, Time } from '../text.tsx'

/** Whether anything is marked or deleted now, with the button that stops it. */
export function Sweeps({ status, onChange }: { status: Overview['status']; onChange: () => void }) {
  const client = useClient()
  const { sweeps, policies, running } = status
  return (
    <section class={`panel ${sweeps.paused ? 'warning' : 'good-news'}`} aria-labelledby="sweeps">
      <h2 id="sweeps">Sweeps are {sweeps.paused ? 'paused' : 'running'}</h2>
      <p>
        {sweeps.paused ? 'Nothing is marked or deleted. ' : 'Policies mark and delete as they are scheduled. '}
        {sweeps.changedAt !== undefined && (
          <>
            Since <Time at={sweeps.changedAt} />.
          </>
        )}
      </p>
      <ActionButton
        title={sweeps.paused ? 'Resume all sweeps' : 'Pause all sweeps'}
        act={() => client.post(sweeps.paused ? '/api/resume' : '/api/pause', {})}
        onDone={onChange}
      />
      <p>
        {amountText(policies.inForce, 'policy')} in force, {policies.stopped.length} stopped or on dry run.
      </p>
      <Lines of={policies.stopped.map(({ what, message }) => `${what}: ${message}`)} />
      {running.length > 0 && <h3>Runs under way</h3>}
      <Lines of={running.map(({ what, message }) => `${what}: ${message}`)} />
    </section>
  )
}
