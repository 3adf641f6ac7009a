import type { Settings } from '../../shared/settings.ts'
import type { FoundCluster } from './find-eks-clusters.ts'

type KnownCluster = Settings['clusters'][number]

interface Context {
  readonly roleArn?: string | undefined
  /** Of the configuration; absent: there is none to compare with. */
  readonly known?: Settings['clusters'] | undefined
  /** Where the configuration says that the installation is: there are those of its clusters whose region is left open. */
  readonly region?: string | undefined
}

/** A line of `clusters[]` for each that is not in the settings, with what is to be done about it; and what was not found. */
export function settingsLines(found: readonly FoundCluster[], { roleArn, known = [], region }: Context): string[] {
  const placed = known.map(one => (one.eks ? { ...one, eks: { ...one.eks, region: one.eks.region ?? region } } : one))
  const mayBe = (one: FoundCluster) => placed.filter(({ eks }) => isSame(eks, one, roleArn))
  const names = found.map(({ clusterName }) => nameOf(clusterName))
  const lines = found.flatMap((one, at) => {
    const same = sameAs(one, found, mayBe)
    if (same) return [`// ${one.clusterName} in ${one.region} is in the settings as ${same.name}\n`]
    const isTwice = names.filter(name => name === names[at]).length > 1
    const name = isTwice ? nameOf(`${one.clusterName}-${one.region}`) : names[at]
    const eks = `{ clusterName: '${one.clusterName}', region: '${one.region}'${roleArn ? `, roleArn: '${roleArn}'` : ''} }`
    return [...mayBe(one).map(openNote), ...notesOf(one), `{ name: '${name}', eks: ${eks} },\n`]
  })
  const left = placed.flatMap(({ name, eks }) =>
    eks && !found.some(one => isSame(eks, one, roleArn))
      ? [`// ${name} is in the settings and was not found here; it stays until somebody takes it out\n`]
      : [],
  )
  return lines.length + left.length > 0 ? [...lines, ...left] : ['// no cluster was found\n']
}

/** The one of the settings that this is: of its region, or whose region is open and that is no other of those found. */
function sameAs(
  one: FoundCluster,
  found: readonly FoundCluster[],
  mayBe: (one: FoundCluster) => readonly KnownCluster[],
): KnownCluster | undefined {
  const ofItsRegion = (other: FoundCluster) => mayBe(other).find(({ eks }) => eks?.region === other.region)
  const isOtherToo = (open: KnownCluster) =>
    found.some(other => other !== one && !ofItsRegion(other) && mayBe(other).includes(open))
  return ofItsRegion(one) ?? mayBe(one).find(open => !isOtherToo(open))
}

const openNote = ({ name }: KnownCluster): string => `// ${name}: the settings name no region: one of these is theirs\n`

/** One whose region is open may be in any. */
const isSame = (
  eks: KnownCluster['eks'],
  { clusterName, region }: FoundCluster,
  roleArn: string | undefined,
): boolean =>
  eks?.clusterName === clusterName &&
  (eks.region ?? region) === region &&
  eks.roleArn?.split(':')[4] === roleArn?.split(':')[4]

function notesOf({ clusterName, status, isPrivate, takesEntries }: FoundCluster): string[] {
  const notes = [
    ...(status === 'ACTIVE' || status === 'UPDATING' ? [] : [`is ${status}: nothing is deleted until it is ACTIVE`]),
    ...(isPrivate
      ? ['has a private endpoint alone: functions reach it from its VPC, the vpc of the configuration']
      : []),
    ...(takesEntries ? [] : ['takes no access entries: change its authentication mode to API_AND_CONFIG_MAP']),
  ]
  return notes.map(note => `// ${clusterName} ${note}\n`)
}

/** As the settings take it. */
const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-|-$/g, '')
