import type { Grants } from '../../shared/domain/grants/grant.ts'
import type { Installation } from '../connect/installation.ts'
import { printable } from '../io/text.ts'

/** The grants of each registry of the settings, by its host; undefined where none are written. */
export type GrantsByRegistry = ReadonlyMap<string, Grants | undefined>

export const listGrantsInForce = async ({ settings }: Pick<Installation, 'settings'>): Promise<GrantsByRegistry> =>
  new Map(settings.registries.map(({ host, grants }) => [host, grants]))

/** Each line by itself, as the settings spell it, so that it can be pasted there. */
export const printGrants = (grants: GrantsByRegistry): string[] =>
  grants.size === 0
    ? ['the settings name no registry: nobody may delete anything\n']
    : [...grants].flatMap(([registry, lines]) => [
        `${printable(registry)}\n`,
        ...linesOf(lines).map(one => `  ${printable(one)}\n`),
      ])

function linesOf(grants: Grants | undefined): string[] {
  if (grants === 'everyone') return ["'everyone': every namespace may read, and none may delete"]
  if (grants === undefined || grants.length === 0) return ['[]: nobody may read with its credential, or delete']
  return grants.map(grant => JSON.stringify(grant))
}
