import { askOf } from '../../../shared/domain/ask.ts'

/** How large an installation is that the benches play. */
export interface World {
  readonly clusters: number
  /** Each has a namespace of its name. */
  readonly teams: number
  readonly repositories: number
  readonly tagsEach: number
  /** Repository objects of each repository, all in one cluster. */
  readonly objectsEach: number
  /** In all clusters together. */
  readonly pods: number
  /** Tags of each repository, each on an image of its own, that are gone and that the table still shows with the rest. */
  readonly goneEach?: number
  /** A second repository of one team, beside those: as many tags on as many images. */
  readonly large?: { readonly tags: number; readonly images: number }
}

export const registryHost = 'registry.example.com'

/** What a repository is called, where it belongs and who tracks it, by its place. All names of a kind are equally long. */
export function namesOf(place: number, { clusters, teams }: Pick<World, 'clusters' | 'teams'>) {
  const app = `app-${String(place).padStart(5, '0')}`
  const team = `team-${String(place % teams).padStart(3, '0')}`
  return { app, team, cluster: clusterAt(place % clusters), path: `${team}/${app}` }
}

/** Of the secrets beside the kubeconfigs. */
export const secretIds = { webhook: 'webhook/distribution', delete: 'registry/delete' } as const

export const clusterAt = (place: number): string => `cluster-${String(place).padStart(2, '0')}`
const firstPatch = 1_000_000
/** Versions, whose names sort as their places do. */
export const tagAt = (place: number): string => `1.0.${firstPatch + place}`
/** Undefined for the name of another kind. */
export function placeOfTag(tag: string): number | undefined {
  const patch = /^1\.0\.([0-9]{7})$/.exec(tag)?.[1]
  return patch === undefined ? undefined : Number(patch) - firstPatch
}
export const largePath = 'team-000/large'

const appName = /app-([0-9]{5})/

/** The place of the repository that a text names; undefined where it names none. */
export function placeIn(text: string): number | undefined {
  const found = appName.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

type Shape = Pick<World, 'clusters' | 'teams' | 'objectsEach'>

/** The uid of one of the objects that track a repository. */
export const objectUid = (place: number, at: number): string => `uid-${namesOf(place, oneTeam).app}-${at}`
export const registrySecretUid = (cluster: string, team: string): string => `uid-registry-${cluster}-${team}`

const oneTeam = { clusters: 1, teams: 1 }

/** A text about one repository, by its place, as it would be about another. */
export function retold(text: string, from: number, to: number, world: Shape): string {
  if (from === to) return text
  const [before, after] = [namesOf(from, world), namesOf(to, world)]
  const named = text
    .replaceAll(before.app, after.app)
    .replaceAll(before.team, after.team)
    .replaceAll(before.cluster, after.cluster)
  if (!named.includes(asked)) return named
  const [asks, own] = [asksOf(from, world), asksOf(to, world)]
  return asks.reduce((told, ask, at) => told.replaceAll(ask, own[at] ?? ''), named)
}

/** Behind the part of an ask that stands for its object. */
const asked = ':.g1'

/** What the objects of a repository ask, which names them by a hash. */
function asksOf(place: number, world: Shape): string[] {
  const { path, cluster, team } = namesOf(place, world)
  const credential = `${cluster}/${registrySecretUid(cluster, team)}` as const
  const reader = { repository: `${registryHost}/${path}`, credential, requests: undefined, generation: 1 }
  return Array.from({ length: world.objectsEach }, (_, at) => askOf({ uid: objectUid(place, at), ...reader }))
}
