import { useMemo } from 'preact/hooks'
import { sizeText } from '../../../../shared/domain/size.ts'
import type { BytesPicture } from '../../api.ts'
import { Picture } from '../picture.tsx'
import { heldSeries } from './held-series.ts'

/** How much the registries hold, day by day, the largest by name and the rest together. */
export function HeldBytes({ heldDays }: Pick<BytesPicture, 'heldDays'>) {
  const times = useMemo(() => heldDays.map(({ day }) => day), [heldDays])
  const series = useMemo(() => heldSeries(heldDays), [heldDays])
  return <Picture title="Bytes held" times={times} series={series} valueText={sizeText} isStacked />
}
