import {
  type Account,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  OrganizationsClient,
  type OrganizationsClientConfig,
} from '@aws-sdk/client-organizations'
import { InvalidInputError } from '../../errors.ts'
import type { AwsListing } from './aws-listing.ts'

/** An account of an organization, as far as it matters what runs there. */
export interface MemberAccount {
  readonly id: string
  /** `aws`, `aws-cn`, as ARNs name it. */
  readonly partition: string
  /**
   * What AWS says of one that answers nothing now, and may again: `SUSPENDED`, `CLOSED` (AWS reopens it for 90 days, and only
   * then forgets it). Absent of one that is asked.
   */
  readonly silentState?: string
}

const service = 'Organizations'
const accounts = { service, operation: 'ListAccounts' } as const
const accountsOf = { service, operation: 'ListAccountsForParent' } as const
const unitsOf = { service, operation: 'ListOrganizationalUnitsForParent' } as const

/** All accounts, or those below the organizational units, each once. */
export type ListAccounts = (units: readonly string[] | undefined, listing: AwsListing) => Promise<MemberAccount[]>

export function openOrganizations(config: OrganizationsClientConfig): ListAccounts {
  const client = new OrganizationsClient(config)
  return (units, listing) => listAccounts(client, units, listing)
}

async function listAccounts(
  client: OrganizationsClient,
  units: readonly string[] | undefined,
  listing: AwsListing,
): Promise<MemberAccount[]> {
  const found = units === undefined ? await listAll(client, listing) : await listBelow(client, units, listing)
  const members = found.map(account => memberOf(account, listing))
  return [...new Map(members.map(member => [member.id, member])).values()]
}

const listAll = (client: OrganizationsClient, listing: AwsListing): Promise<Account[]> =>
  listing.all(accounts, async (NextToken, options) => {
    const page = await client.send(new ListAccountsCommand({ NextToken }), options)
    return { items: page.Accounts, next: page.NextToken }
  })

/** One after the other: Organizations answers few calls a second, of all who ask in the organization. */
async function listBelow(
  client: OrganizationsClient,
  units: readonly string[],
  listing: AwsListing,
): Promise<Account[]> {
  const found: Account[] = []
  const waiting = [...units]
  const seen = new Set<string>()
  for (let ParentId = waiting.shift(); ParentId !== undefined; ParentId = waiting.shift()) {
    if (seen.has(ParentId)) continue
    seen.add(ParentId)
    const below = { ParentId }
    found.push(
      ...(await listing.all(accountsOf, async (NextToken, options) => {
        const page = await client.send(new ListAccountsForParentCommand({ ...below, NextToken }), options)
        return { items: page.Accounts, next: page.NextToken }
      })),
    )
    const children = await listing.all(unitsOf, async (NextToken, options) => {
      const page = await client.send(new ListOrganizationalUnitsForParentCommand({ ...below, NextToken }), options)
      return { items: page.OrganizationalUnits, next: page.NextToken }
    })
    waiting.push(...children.flatMap(({ Id }) => Id ?? []))
  }
  return found
}

function memberOf({ Id, Arn, State, Status }: Account, listing: AwsListing): MemberAccount {
  const [, partition] = (Arn ?? '').split(':')
  if (Id === undefined || partition === undefined)
    throw new InvalidInputError(`${listing.textOf(accounts)}: expected the id and ARN of each account, got one without`)
  const silentState = findSilent(State ?? Status)
  return { id: Id, partition, ...(silentState !== undefined && { silentState }) }
}

/** What is of later years, or not said, is asked like any other. */
const findSilent = (said: string | undefined): string | undefined =>
  ['SUSPENDED', 'CLOSED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION'].find(state => state === said)
