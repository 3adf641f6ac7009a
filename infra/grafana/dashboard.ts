import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { holdingRow, indicatorRow, pullRow } from './image-rows.ts'
import { cleanupRow, concernRow, syncRow } from './own-rows.ts'
import { panelsOf, type RowSpec } from './panel.ts'

/** What the dashboard shows, from top to bottom. */
export const dashboardRows: readonly RowSpec[] = [indicatorRow, concernRow, pullRow, holdingRow, cleanupRow, syncRow]

/** A variable that is all values of a label until somebody chooses. */
const labelVariable = (name: string, label: string, query: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource({ type: 'prometheus', uid: '$datasource' })
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    // Also what is counted together, which has no namespace and no registry of its own.
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' })

/**
 * The dashboard as Grafana's sidecar and its provisioning read it: the classic form, which every version reads.
 *
 * @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export function dashboardJson(): string {
  const dashboard = new DashboardBuilder('Image lifecycle')
    .uid('shelflife-images')
    .description('What shelflife knows of images: pulls, storage, versions, stages and cleanup.')
    .tags(['shelflife', 'images'])
    .time({ from: 'now-24h', to: 'now' })
    .refresh('1m')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(labelVariable('cluster', 'Cluster', 'label_values(shelflife_inventory_complete, cluster)'))
    .withVariable(
      labelVariable('registry', 'Registry', 'label_values(shelflife_stored_bytes{cluster=~"$cluster"}, registry)'),
    )
    .withVariable(
      labelVariable(
        'namespace',
        'Namespace',
        'label_values({__name__=~"shelflife_objects|image_pull_total", cluster=~"$cluster"}, namespace)',
      ),
    )
  let id = 0
  for (const row of dashboardRows) {
    dashboard.withRow(new RowBuilder(row.title).id(++id))
    for (const panel of panelsOf(row)) dashboard.withPanel(panel.id(++id))
  }
  return `${JSON.stringify(dashboard.build(), null, 2)}\n`
}
