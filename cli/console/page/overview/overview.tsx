import type { Overview as OverviewAnswer } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { Lines, Text, Time } from '../text.tsx'
import { useLoad } from '../use-load.ts'
import { Numbers } from './numbers.tsx'
import { Pictures } from './pictures.tsx'
import { Repositories } from './repositories.tsx'
import { Sweeps } from './sweeps.tsx'

/** What runs, what waits, what is red, and every repository. */
export function Overview({ search }: { search: string }) {
  const client = useClient()
  const loaded = useLoad('overview', () => client.get('/api/overview', {}))
  return (
    <>
      <h1>Overview</h1>
      <LoadedPart part={loaded}>
        {overview => (
          <>
            <div class="grid">
              <Sweeps status={overview.status} onChange={loaded.reload} />
              <Findings overview={overview} />
            </div>
            <Numbers overview={overview} />
            <Places overview={overview} />
          </>
        )}
      </LoadedPart>
      <Pictures />
      <Repositories search={search} />
    </>
  )
}

const Findings = ({ overview: { status } }: { overview: OverviewAnswer }) => (
  <section class={`panel ${status.red.length > 0 ? 'bad-news' : ''}`} aria-labelledby="findings">
    <h2 id="findings">Red, and waiting</h2>
    {status.red.length === 0 ? <p class="good">Nothing is red.</p> : <Told of={status.red} />}
    <h3>Waits</h3>
    {status.waiting.length === 0 ? <p class="quiet">nothing</p> : <Told of={status.waiting} />}
    <h3>Next runs</h3>
    {status.next.length === 0 && <p class="quiet">no run is scheduled</p>}
    <ul class="findings">
      {status.next.slice(0, 5).map(({ policy, at }) => (
        <li key={`${policy} ${at}`}>
          <Text of={policy} />: <Time at={at} />
        </li>
      ))}
    </ul>
  </section>
)

const Told = ({ of }: { of: OverviewAnswer['status']['red'] }) => (
  <Lines of={of.map(({ what, message }) => `${what}: ${message}`)} />
)

const Places = ({ overview: { clusters, registries, untracked } }: { overview: OverviewAnswer }) => (
  <div class="grid">
    <HealthList title="Clusters" of={clusters} />
    <HealthList title="Registries" of={registries} />
    <section class="panel" aria-labelledby="untracked">
      <h2 id="untracked">In use and not tracked</h2>
      {untracked.count === 0 ? (
        <p class="quiet">Every repository that workloads use is tracked.</p>
      ) : (
        <details>
          <summary>{untracked.count} repositories</summary>
          <Lines of={untracked.repositories} />
          {untracked.count > untracked.repositories.length && (
            <p class="quiet">and {untracked.count - untracked.repositories.length} more</p>
          )}
        </details>
      )}
    </section>
  </div>
)

const HealthList = ({ title, of }: { title: string; of: OverviewAnswer['clusters'] }) => (
  <section class="panel" aria-label={title}>
    <h2>{title}</h2>
    <ul class="findings">
      {of.map(({ name, ok, message }) => (
        <li key={name}>
          <strong class={ok ? 'good' : 'bad'}>{ok ? 'ok' : 'not ok'}</strong> <Text of={name} />
          {message !== '' && (
            <>
              : <Text of={message} />
            </>
          )}
        </li>
      ))}
    </ul>
  </section>
)
