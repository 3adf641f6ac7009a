/** What a soak counts. */
export const figureNames = [
  'operations',
  'pushes',
  'hints',
  'hints lost',
  'syncs',
  'failed syncs',
  'syncs of neighbours',
  'reconciles',
  'inventories',
  'plans',
  'runs',
  'executions',
  'stale requests',
  'kills',
  'conflicts',
  'registry outages',
  'cluster outages',
  'odd answers',
  'stalls',
  'stalled syncs',
  'deferred syncs',
  'pauses',
  'handled by yesterday',
  'failed by yesterday',
  'marks',
  'marks lifted',
  'tags deleted',
  'images deleted',
  'deletions checked',
  'restores',
  'restores broken off',
  'restores refused',
  'images pulled',
  'settled images',
  'invisible images',
  'kept by ghosts',
  'left by withdrawn policies',
] as const

export type FigureName = (typeof figureNames)[number]
export type Figures = Record<FigureName, number>

export const noFigures = (): Figures => Object.fromEntries(figureNames.map(name => [name, 0])) as Figures

export const sumOf = (all: readonly Figures[]): Figures =>
  Object.fromEntries(figureNames.map(name => [name, all.reduce((sum, figures) => sum + figures[name], 0)])) as Figures
