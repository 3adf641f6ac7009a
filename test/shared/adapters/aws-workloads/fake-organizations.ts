import type { AwsAnswer } from './aws-answer.ts'

interface FakeAccount {
  readonly id: string
  readonly parent: string
  state: string
}

const pageSize = 3

/** The accounts of an organization as Organizations tells of them: in pages of three, below each unit what is directly there. */
export class FakeOrganizations {
  readonly #accounts: FakeAccount[] = []
  readonly #units: { readonly id: string; readonly parent: string }[] = []

  addUnit(parent: string, id: string): void {
    this.#units.push({ id, parent })
  }

  addAccount(parent: string, id: string): void {
    this.#accounts.push({ id, parent, state: 'ACTIVE' })
  }

  setState(id: string, state: string): void {
    for (const account of this.#accounts) if (account.id === id) account.state = state
  }

  answer(operation: string, { ParentId, NextToken }: Readonly<Record<string, unknown>>): AwsAnswer {
    const from = Number(NextToken ?? 0)
    if (operation === 'ListOrganizationalUnitsForParent') {
      const OrganizationalUnits = this.#units.filter(one => one.parent === ParentId).map(({ id }) => ({ Id: id }))
      return { body: { OrganizationalUnits } }
    }
    const all = this.#accounts.filter(one => operation === 'ListAccounts' || one.parent === ParentId)
    const Accounts = all.slice(from, from + pageSize).map(({ id, state }) => ({
      Id: id,
      Arn: `arn:aws:organizations::999999999999:account/o-example/${id}`,
      State: state,
    }))
    return { body: { Accounts, ...(from + pageSize < all.length && { NextToken: String(from + pageSize) }) } }
  }
}
