export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** How many took how long: `buckets` as their records have them, each without those before it. */
export interface DurationSample {
  readonly labels: Labels
  readonly sumSeconds: number
  readonly buckets: readonly number[]
}

interface Named {
  readonly name: string
  /** What it is, in one sentence. */
  readonly help: string
}

/** A metric with all its series. The name of a counter ends in `_total`. */
export type Family =
  | (Named & { readonly type: 'gauge' | 'counter'; readonly samples: readonly Sample[] })
  | (Named & { readonly type: 'histogram'; readonly samples: readonly DurationSample[] })

export const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
})

export const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'counter',
  samples,
})

export const sample = (labels: Labels, value: number): Sample => ({ labels, value })
