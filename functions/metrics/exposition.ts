import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'
import { durationBuckets } from '../../shared/domain/metrics/count-pulls.ts'
import type { DurationSample, Family, Sample } from '../../shared/metrics/family.ts'

export const contentType = Registry.OPENMETRICS_CONTENT_TYPE

/** The text of these families, as Prometheus reads it. A family without a series is left out. */
export async function expositionOf(families: readonly Family[]): Promise<string> {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(contentType)
  for (const family of families) if (family.samples.length > 0) register(family, registry)
  return registry.metrics()
}

function register(family: Family, registry: Registry<OpenMetricsContentType>): void {
  const { name, help, type, samples } = family
  const options = { name, help, labelNames: Object.keys(samples[0]?.labels ?? {}), registers: [registry] }
  if (type === 'histogram') new StoredHistogram({ ...options, buckets: [...durationBuckets] }, samples)
  else if (type === 'gauge') fill(samples, new Gauge(options), (metric, labels, value) => metric.set(labels, value))
  else fill(samples, new Counter(options), (metric, labels, value) => metric.inc(labels, value))
}

function fill<M>(
  samples: readonly Sample[],
  metric: M,
  set: (metric: M, labels: Record<string, string>, value: number) => void,
): void {
  for (const { labels, value } of samples) set(metric, { ...labels }, value)
}

type Shown = Awaited<ReturnType<Histogram<string>['get']>>
type HistogramOptions = ConstructorParameters<typeof Histogram<string>>[0]

/** The library counts what it observes; these were counted before, and are only shown. */
class StoredHistogram extends Histogram<string> {
  readonly #shown: Shown

  constructor(options: HistogramOptions, samples: readonly DurationSample[]) {
    super(options)
    const { name, help } = options
    const values = samples.flatMap(one => valuesOf(name, one))
    // Its declaration says an enumeration, which the library does not have.
    const type = 'histogram' as unknown as Shown['type']
    this.#shown = { name, help, type, values, aggregator: 'sum', collect: () => undefined }
  }

  override async get(): Promise<Shown> {
    return this.#shown
  }

  /** By this the registry asks a histogram. */
  async getForPromString(): Promise<Shown> {
    return this.#shown
  }
}

function valuesOf(name: string, { labels, sumSeconds, buckets }: DurationSample) {
  let count = 0
  const ends = [...durationBuckets.map(canonical), '+Inf']
  const counted = ends.map((le, at) => {
    count += buckets[at] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
  })
  return [
    ...counted,
    { metricName: `${name}_sum`, labels: { ...labels }, value: sumSeconds },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ]
}

/** OpenMetrics spells whole ends with a fraction: another spelling is another series. */
const canonical = (end: number): string => (Number.isInteger(end) ? `${end}.0` : String(end))
