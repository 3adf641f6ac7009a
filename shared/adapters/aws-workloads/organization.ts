import { memberName } from '../../domain/source-name.ts'
import { InvalidInputError } from '../../errors.ts'
import { late } from '../../late.ts'
import type { WorkloadSource } from '../../ports/workload-source.ts'
import type { AwsWorkloadSettings } from '../../settings.ts'
import { assumedRole } from '../http/assumed-role.ts'
import { AwsListing } from './aws-listing.ts'
import { type AwsWorkloadsOptions, createAwsWorkloads, patienceOf } from './aws-workloads.ts'
import type { MemberAccount } from './organization-accounts.ts'

type OrganizationSettings = Exclude<AwsWorkloadSettings['organization'], undefined>

const listingMs = 60_000
/** Sweeps of many repositories ask within a minute, and Organizations answers few calls a second. */
const heldMs = 60_000

/**
 * The accounts of an organization, each in each region a source of its own, which stays the same from one listing to the
 * next. One that is suspended, closed or not yet open is silent: it is not asked, and what is known of it stays. One that the
 * settings name and the organization has not is an error: nobody knows what runs there. Makes no call yet.
 */
export function createOrganization(
  { name, roleArn, services }: Pick<AwsWorkloadSettings, 'name' | 'roleArn' | 'services'>,
  settings: OrganizationSettings,
  options: AwsWorkloadsOptions = {},
): WorkloadSource {
  const listAccounts = late(async () =>
    (await import('./organization-accounts.ts')).openOrganizations({
      ...patienceOf(options),
      ...(roleArn !== undefined && { credentials: assumedRole(roleArn) }),
    }),
  )
  const known = new Map<string, WorkloadSource>()
  const sourceOf = ({ id, partition, silentState }: MemberAccount, region: string): WorkloadSource => {
    const member = memberName(name, id, region)
    if (silentState !== undefined) return silentSource(member, `account ${id} is ${silentState}`)
    const role = `arn:${partition}:iam::${id}:role/${settings.roleName}`
    const source = known.get(member) ?? createAwsWorkloads({ name: member, region, roleArn: role, services }, options)
    known.set(member, source)
    return source
  }
  const list = async () => {
    const listing = new AwsListing(name, options.timeoutMs ?? listingMs)
    const accounts = wantedOf(await (await listAccounts())(settings.organizationalUnits, listing), settings, name)
    return accounts.flatMap(account => settings.regions.map(region => sourceOf(account, region)))
  }
  const now = options.now ?? (() => new Date())
  return { name, listWorkloads: async () => [], listMembers: heldFor(heldMs, list, now) }
}

const silentSource = (name: string, silence: string): WorkloadSource => ({
  name,
  silence,
  listWorkloads: () =>
    Promise.reject(new InvalidInputError(`${name}: expected an account that is asked, got ${silence}`)),
})

/** The last answer while it is young, and one request for all who ask meanwhile; one that failed is none. */
function heldFor<T>(ageMs: number, ask: () => Promise<T>, now: () => Date): () => Promise<T> {
  let held: { readonly atMs: number; readonly answer: Promise<T> } | undefined
  return () => {
    const atMs = now().getTime()
    if (held !== undefined && atMs >= held.atMs && atMs - held.atMs < ageMs) return held.answer
    const current = { atMs, answer: ask() }
    held = current
    current.answer.catch(() => {
      if (held === current) held = undefined
    })
    return current.answer
  }
}

function wantedOf(found: readonly MemberAccount[], settings: OrganizationSettings, name: string): MemberAccount[] {
  const { accounts, exclude } = settings
  const missing = accounts?.find(id => !exclude.includes(id) && !found.some(one => one.id === id))
  if (missing !== undefined)
    throw new InvalidInputError(
      `${name}: expected account ${missing} in the organization, got none of that id; name it in exclude once nothing runs there`,
    )
  return found.filter(({ id }) => !exclude.includes(id) && (accounts?.includes(id) ?? true))
}
