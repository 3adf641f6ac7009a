import {
  BigValueGraphMode,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common'
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

interface Query {
  readonly expr: string
  /** `{{label}}` stands for the value of a label; absent: the query has one series. */
  readonly legend?: string
}

/** What a panel shows. Units are those of Grafana: `percentunit` is 0 to 1, `s` seconds, `bytes` by 1,024. */
export interface PanelSpec {
  readonly title: string
  /** What it says that its title does not. */
  readonly says?: string
  readonly unit: 'percentunit' | 'percent' | 's' | 'bytes' | 'short' | 'dateTimeAsIso'
  readonly queries: readonly Query[]
  /** What has to happen before it has a series. */
  readonly emptyUntil?: string
  readonly isStacked?: boolean
  /** Of one number: from these values on it is yellow, and red. */
  readonly warnFrom?: number
  readonly badFrom?: number
}

export interface RowSpec {
  readonly title: string
  readonly kind: 'numbers' | 'graphs'
  readonly panels: readonly PanelSpec[]
}

/** The data source that the viewer chose. */
const datasource = { type: 'prometheus', uid: '$datasource' }
const widthOfDashboard = 24
const graphsInARow = 3

/** The panels of a row, side by side. */
export const panelsOf = ({ kind, panels }: RowSpec): (StatBuilder | GraphBuilder)[] =>
  panels.map(spec =>
    kind === 'numbers'
      ? numberOf(spec)
          .height(4)
          .span(Math.floor(widthOfDashboard / panels.length))
      : graphOf(spec)
          .height(8)
          .span(widthOfDashboard / graphsInARow),
  )

function numberOf(spec: PanelSpec): StatBuilder {
  const { warnFrom, badFrom } = spec
  const steps = [
    { value: null, color: 'green' },
    ...(warnFrom === undefined ? [] : [{ value: warnFrom, color: 'yellow' }]),
    ...(badFrom === undefined ? [] : [{ value: badFrom, color: 'red' }]),
  ]
  const number = new StatBuilder()
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
  return described(spec, number).targets(targetsOf(spec, query => query.instant()))
}

function graphOf(spec: PanelSpec): GraphBuilder {
  const graph = new GraphBuilder().fillOpacity(spec.isStacked ? 40 : 10).min(0)
  if (spec.isStacked) graph.stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
  return described(spec, graph).targets(targetsOf(spec, query => query.range()))
}

function described<B extends StatBuilder | GraphBuilder>({ title, says, unit, emptyUntil }: PanelSpec, panel: B): B {
  const empty = emptyUntil === undefined ? [] : [`Empty until ${emptyUntil}.`]
  const said = [...(says === undefined ? [] : [`${says}.`]), ...empty].join(' ')
  panel.title(title).unit(unit).datasource(datasource)
  if (said !== '') panel.description(said)
  return panel
}

const targetsOf = ({ queries }: PanelSpec, shaped: (query: DataqueryBuilder) => DataqueryBuilder): DataqueryBuilder[] =>
  queries.map(({ expr, legend = '' }, at) =>
    shaped(
      new DataqueryBuilder()
        .datasource(datasource)
        .expr(expr)
        .refId(String.fromCharCode(65 + at)),
    ).legendFormat(legend),
  )
