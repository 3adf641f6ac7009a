import { describe, expect, it } from 'vitest'
import { createOrganization } from '../../../../shared/adapters/aws-workloads/organization.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { at, digestOf } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../registry/ecr/fake-ecr.ts'
import { startFakeAws } from './fake-aws.ts'
import { deniedBySts } from './sts-answers.ts'

useFakeAwsCredentials()

const [shop, pay, old, gone] = ['111111111111', '222222222222', '333333333333', '444444444444'] as const
const root = 'r-ab12'
const unit = (name: string) => `ou-ab12-${name.padEnd(8, '0')}`

let roleNames = 0

/** An organization of which `team` holds `nested`, and an installation that lists it. */
async function start(rest: object = {}) {
  const aws = await startFakeAws()
  aws.organization.addUnit(root, unit('team'))
  aws.organization.addUnit(unit('team'), unit('nested'))
  aws.organization.addAccount(root, shop)
  aws.organization.addAccount(unit('team'), pay)
  aws.organization.addAccount(unit('nested'), old)
  roleNames += 1
  const organization = { roleName: `list-${roleNames}`, regions: ['eu-west-1'], ...rest }
  const [settings] = parseSettings({ awsWorkloads: [{ name: 'org', organization }] }).awsWorkloads
  if (!settings?.organization) throw new Error('expected an organization')
  const source = createOrganization(settings, settings.organization, { now: () => at(0), maxAttempts: 1 })
  const members = async () => (await source.listMembers?.()) ?? []
  return { aws, source, members, names: async () => (await members()).map(({ name }) => name) }
}

describe('an organization', () => {
  it('is each account in each region, of all pages', async () => {
    const { aws, names } = await start({ regions: ['eu-west-1', 'us-east-1'] })
    aws.organization.addAccount(root, gone)

    expect((await names()).sort()).toEqual(
      [shop, pay, old, gone].flatMap(id => [`org/${id}/eu-west-1`, `org/${id}/us-east-1`]),
    )
    expect(aws.count('ListAccounts')).toBe(2)
  })

  it('is listed once for all who ask within a minute, and again after a failure', async () => {
    const { aws, members } = await start({ accounts: [shop] })
    aws.answer = ({ operation }) =>
      operation === 'ListAccounts' ? { status: 500, error: 'ServiceException' } : undefined

    await failureOf(members())
    aws.answer = () => undefined
    await Promise.all([members(), members()])
    await members()

    expect(aws.count('ListAccounts')).toBe(2)
  })

  it('is what is below its organizational units at any depth', async () => {
    expect(await (await start({ organizationalUnits: [unit('team')] })).names()).toEqual([
      `org/${pay}/eu-west-1`,
      `org/${old}/eu-west-1`,
    ])
    expect(await (await start({ organizationalUnits: [unit('nested'), unit('nested')] })).names()).toEqual([
      `org/${old}/eu-west-1`,
    ])
  })

  it('is the accounts that are named, without those that are left out', async () => {
    expect(await (await start({ accounts: [shop, pay] })).names()).toEqual([
      `org/${shop}/eu-west-1`,
      `org/${pay}/eu-west-1`,
    ])
    expect(await (await start({ exclude: [pay, old] })).names()).toEqual([`org/${shop}/eu-west-1`])
  })

  it('lists each account by the role of its name there', async () => {
    const { aws, members } = await start({ accounts: [shop] })
    aws.lambda.deploy('api', `${shop}.dkr.ecr.eu-west-1.amazonaws.com/app:v1`, digestOf('one'))

    const [member] = await members()

    expect(await member?.listWorkloads()).toMatchObject([{ cluster: `org/${shop}/eu-west-1`, name: 'api' }])
    expect(aws.calls.find(call => call.operation === 'AssumeRole')?.input.RoleArn).toBe(
      `arn:aws:iam::${shop}:role/list-${roleNames}`,
    )
  })

  it('asks an account again that it asked before, and what never changes once', async () => {
    const { aws, members } = await start({ accounts: [shop] })
    aws.lambda.deploy('api', `${shop}.dkr.ecr.eu-west-1.amazonaws.com/app:v1`, digestOf('one'))

    for (const member of [...(await members()), ...(await members())]) await member.listWorkloads()

    expect(aws.count('GetFunction')).toBe(1)
    expect(aws.count('ListFunctions')).toBe(2)
  })

  it('whose account has no such role cannot say what that uses, and can of the others', async () => {
    const { aws, members } = await start({ accounts: [shop, pay] })
    aws.answer = ({ operation, input }) =>
      operation === 'AssumeRole' && String(input.RoleArn).includes(pay) ? { status: 403, body: deniedBySts } : undefined

    const [first, second] = await members()

    expect(await first?.listWorkloads()).toEqual([])
    expect(await failureOf(second?.listWorkloads() ?? Promise.resolve())).toMatchObject({ name: 'AccessDeniedError' })
  })

  it.each(['CLOSED', 'SUSPENDED', 'PENDING_CLOSURE', 'PENDING_ACTIVATION'])(
    'has an account that is %s, and does not ask it what it uses',
    async state => {
      const { aws, members } = await start({ accounts: [shop, pay] })
      aws.organization.setState(pay, state)

      const [asked, silent] = await members()

      expect(asked).not.toHaveProperty('silence')
      expect(silent).toMatchObject({ name: `org/${pay}/eu-west-1`, silence: `account ${pay} is ${state}` })
      expect(await failureOf(silent?.listWorkloads() ?? Promise.resolve())).toMatchObject({
        message: `org/${pay}/eu-west-1: expected an account that is asked, got account ${pay} is ${state}`,
      })
      expect(aws.count('AssumeRole')).toBe(0)
    },
  )

  it('asks an account in a state of later years like any other', async () => {
    const { aws, members } = await start({ accounts: [shop, pay] })
    aws.organization.setState(pay, 'OF_LATER_YEARS')

    const [, later] = await members()

    expect(await later?.listWorkloads()).toEqual([])
    expect(aws.count('AssumeRole')).toBeGreaterThan(0)
  })

  it('has no account that is closed and left out', async () => {
    const { aws, names } = await start({ exclude: [pay, old] })
    aws.organization.setState(pay, 'CLOSED')

    expect(await names()).toEqual([`org/${shop}/eu-west-1`])
  })

  it('without an account that the settings name is not known', async () => {
    const { members } = await start({ accounts: [shop, gone] })

    expect(await failureOf(members())).toMatchObject({
      message: `org: expected account ${gone} in the organization, got none of that id; name it in exclude once nothing runs there`,
    })
  })

  it.each([
    ['AccessDeniedException', 400, { name: 'AccessDeniedError' }],
    ['TooManyRequestsException', 400, { name: 'UnavailableError', kind: 'rate-limited' }],
    ['AWSOrganizationsNotInUseException', 400, { name: 'InvalidInputError' }],
  ])('that answers %s is not known', async (error, status, expected) => {
    const { aws, members } = await start()
    aws.answer = ({ operation }) => (operation === 'ListAccounts' ? { status, error } : undefined)

    expect(await failureOf(members())).toMatchObject(expected)
  })
})

describe('the settings of an organization', () => {
  const parse = (rest: object, organization: object = {}) =>
    parseSettings({
      awsWorkloads: [{ name: 'org', organization: { regions: ['eu-west-1'], ...organization }, ...rest }],
    })

  it.each([
    [{ region: 'eu-west-1' }, {}, /awsWorkloads\[0\]\.region: expected none beside organization/],
    [{}, { regions: [] }, /organization\.regions: expected at least one region/],
    [{}, { accounts: ['12'] }, /organization\.accounts\[0\]: expected an AWS account/],
    [{}, { accounts: [shop], organizationalUnits: [root] }, /organizationalUnits: expected none beside accounts/],
    [{}, { organizationalUnits: ['ou-1'] }, /organizationalUnits\[0\]: expected a root or organizational unit/],
  ])('refuse %j with %j', (rest, organization, message) => {
    expect(() => parse(rest, organization)).toThrow(message)
  })
})
