import type { PullCount } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { Lines, Text } from '../text.tsx'
import { useLoad } from '../use-load.ts'

const shownPulls = '10'

/** Pulls by nodes, those that fail most first. */
export function Pulls() {
  const client = useClient()
  const loaded = useLoad('pulls', () => client.get('/api/pictures/pulls', { limit: shownPulls }))
  return (
    <section class="panel" aria-labelledby="pulls">
      <h2 id="pulls">Pulls and failures</h2>
      <LoadedPart part={loaded}>
        {({ succeeded, failed, backedOff, items, problems }) => (
          <>
            <p>
              {succeeded} succeeded, <span class={failed > 0 ? 'bad' : ''}>{failed} failed</span>, {backedOff} backed
              off
            </p>
            <Lines of={problems} />
            {items.length > 0 && <PullTable of={items} />}
          </>
        )}
      </LoadedPart>
    </section>
  )
}

const PullTable = ({ of }: { of: readonly PullCount[] }) => {
  const most = Math.max(1, ...of.map(one => one.succeeded + one.failed))
  return (
    <table>
      <caption>Those with most failures first</caption>
      <thead>
        <tr>
          <th scope="col">Image</th>
          <th scope="col" class="number">
            Pulled
          </th>
          <th scope="col" class="number">
            Failed
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ cluster, image, succeeded, failed }) => (
          <tr key={`${cluster} ${image}`}>
            <th scope="row" class="pulled">
              <Text of={image} /> <span class="quiet">in {<Text of={cluster} />}</span>
              <span class="meter" style={{ '--share': String((succeeded + failed) / most) }} aria-hidden="true" />
            </th>
            <td class="number">{succeeded}</td>
            <td class="number">{failed}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
