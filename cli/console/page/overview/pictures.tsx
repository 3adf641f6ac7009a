import { useMemo } from 'preact/hooks'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { BytesPicture, StagesPicture } from '../../api.ts'
import { useClient } from '../client-context.ts'
import { LoadedPart } from '../loaded-part.tsx'
import { Picture } from '../picture.tsx'
import { stages } from '../stages.ts'
import { Lines } from '../text.tsx'
import { useLoad } from '../use-load.ts'
import { Calendar } from './calendar.tsx'
import { HeldBytes } from './held-bytes.tsx'
import { Pulls } from './pulls.tsx'

/** Each is asked for by itself: the history behind one may be long. */
export function Pictures() {
  const client = useClient()
  const byStage = useLoad('stages', () => client.get('/api/pictures/stages', {}))
  const bytes = useLoad('bytes', () => client.get('/api/pictures/bytes', {}))
  return (
    <div class="grid">
      <section class="panel" aria-label="Images by stage">
        <LoadedPart part={byStage}>{picture => <Stages picture={picture} />}</LoadedPart>
      </section>
      <section class="panel" aria-label="Bytes">
        <LoadedPart part={bytes}>{picture => <Bytes picture={picture} />}</LoadedPart>
      </section>
      <Pulls />
      <Calendar />
    </div>
  )
}

function Stages({ picture: { days, incompleteBefore } }: { picture: StagesPicture }) {
  const times = useMemo(() => days.map(({ day }) => day), [days])
  const series = useMemo(() => stages.map(title => ({ title, values: days.map(one => one.stages[title]) })), [days])
  return (
    <>
      <Picture title="Images by stage" times={times} series={series} valueText={String} isStacked />
      {incompleteBefore !== undefined && (
        <p class="quiet small">Before {incompleteBefore} there are too many changes to be counted at once.</p>
      )}
    </>
  )
}

function Bytes({ picture: { days, held, heldDays, forgotten } }: { picture: BytesPicture }) {
  const times = useMemo(() => days.map(({ day }) => day), [days])
  const series = useMemo(() => [{ title: 'freed a day', values: days.map(one => one.freedBytes) }], [days])
  return (
    <>
      <Picture title="Bytes freed" times={times} series={series} valueText={sizeText} />
      <HeldBytes heldDays={heldDays} />
      <h3>Held now</h3>
      {held.length === 0 && <p class="quiet">no registry was counted yet</p>}
      <Lines of={held.map(({ registry, bytes }) => `${registry}: ${sizeText(bytes)}`)} />
      {forgotten.length > 0 && (
        <Lines
          of={forgotten.map(({ policy, before }) => `of ${policy} runs before ${before} are not kept one by one`)}
        />
      )}
    </>
  )
}
