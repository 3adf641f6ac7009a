import type { HeldDay } from '../../../connect/held-days.ts'
import type { PictureSeries } from '../picture-series.ts'
import { plainText } from '../shown-text.ts'

/** As many as a picture has colours. */
const mostSeries = 4

/** One for each registry, those first that hold most on the last day; of more than four the smallest are one. */
export function heldSeries(days: readonly HeldDay[]): PictureSeries[] {
  const lastOf = (registry: string) => bytesOf(days.at(-1), registry)
  const registries = [...new Set(days.flatMap(({ held }) => held.map(one => one.registry)))]
  const ordered = registries.sort((a, b) => lastOf(b) - lastOf(a) || (a < b ? -1 : 1))
  const named = ordered.length > mostSeries ? ordered.slice(0, mostSeries - 1) : ordered
  const others = ordered.slice(named.length)
  const valuesOf = (some: readonly string[]) =>
    days.map(day => some.reduce((sum, registry) => sum + bytesOf(day, registry), 0))
  return [
    ...named.map(registry => ({ title: plainText(registry), values: valuesOf([registry]) })),
    ...(others.length > 0 ? [{ title: `${others.length} others`, values: valuesOf(others) }] : []),
  ]
}

const bytesOf = (day: HeldDay | undefined, registry: string): number =>
  day?.held.find(one => one.registry === registry)?.bytes ?? 0
