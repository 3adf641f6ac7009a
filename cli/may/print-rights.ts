import { printable } from '../io/text.ts'
import type { NamespaceRights, PathRights, RegistryRights } from './find-rights.ts'

/** The answer in lines for people. */
export const printRights = (rights: readonly NamespaceRights[]): string[] =>
  rights.flatMap(({ cluster, namespace, exists, registries }) => [
    line(`namespace ${namespace} in cluster ${cluster}${exists ? '' : ', which has none of that name'}`),
    ...(registries.length === 0 ? [line('  the settings name no registry: nobody may delete anything')] : []),
    ...registries.flatMap(ofRegistry),
  ])

const ofRegistry = ({ registry, grants, path }: RegistryRights): string[] => [
  line(`  ${registry}`),
  ...(grants.length === 0 ? [line('    no line of its grants is of this namespace')] : []),
  ...grants.map(one => line(`    ${one.line}: ${one.may.join(', ')} below ${one.repositories.join(', ')}`)),
  ...(path === undefined ? [] : ofPath(path)),
]

const ofPath = (path: PathRights): string[] => [
  line(`    ${path.repository}`),
  ...path.readsWith.map(one => line(`      reads with ${one}`)),
  ...(path.readMissing === undefined ? [] : [line(`      ${path.readMissing}`)]),
  line(`      ${path.deletesWith === undefined ? path.deleteMissing : `deletes with ${path.deletesWith}`}`),
  line(
    path.standing.length === 0
      ? '      nobody has standing there'
      : `      standing there: ${path.standing.map(one => `${one.namespace} (${one.line})`).join(', ')}`,
  ),
]

const line = (text: string): string => `${printable(text)}\n`
