import { describe, expect, it } from 'vitest'
import type { ConfigInput } from '../../infra/config.ts'
import { statementsByRole, synthesize } from './synthesized.ts'

const registries: NonNullable<ConfigInput['settings']>['registries'] = [
  {
    host: 'public.ecr.aws',
    provider: 'ecr-public',
    grants: [
      { namespaces: ['platform'], repositories: ['acme/**'], may: ['read'] },
      {
        clusters: ['*'],
        namespaces: ['*'],
        repositories: ['acme/{namespace}/**', 'acme/tools/cli'],
        may: ['read', 'delete'],
      },
    ],
  },
]
const { pipeline, findings } = synthesize({ settings: { registries } })
const statements = statementsByRole(pipeline).map(({ role, actions, resources }) => ({
  who: role.replace(/role.*$/, ''),
  actions,
  where: resources.map(one =>
    JSON.stringify(one)
      .replace(/^.*:repository/, '')
      .replace(/"[\]}]+$/, ''),
  ),
}))
const holdersOf = (action: string) => statements.filter(({ actions }) => actions.includes(action))

describe('rights at the public registry of the account', () => {
  it('to list are of sync and the executor, and to learn its aliases of reconcile too', () => {
    const ofDescribe = holdersOf('ecr-public:DescribeImages').map(({ who }) => who)
    const ofAliases = holdersOf('ecr-public:DescribeRegistries').map(({ who }) => who)

    expect(ofDescribe.sort()).toEqual(['sweepexecute', 'sync'])
    expect(ofAliases.sort()).toEqual(['reconcile', 'sweepexecute', 'sync'])
  })

  it('to delete and to push again are of the executor, in what grants with delete name after the alias', () => {
    const deleting = holdersOf('ecr-public:BatchDeleteImage')
    const pushing = holdersOf('ecr-public:PutImage')

    expect(deleting).toMatchObject([{ who: 'sweepexecute', where: ['/*/*', '/tools/cli'] }])
    expect(pushing).toMatchObject([{ who: 'sweepexecute', where: ['/*/*', '/tools/cli'] }])
    expect(holdersOf('sts:GetServiceBearerToken').map(({ who }) => who)).toEqual(['sweepexecute'])
  })

  it('are no rights in private registries', () => {
    const ofPrivate = statements.flatMap(({ actions }) => actions.filter(action => action.startsWith('ecr:')))

    expect(ofPrivate).toEqual([])
    expect(findings).toEqual([])
  })

  it('to push are of nobody where no grant lets anybody delete', () => {
    const { pipeline: reading } = synthesize({
      settings: { registries: [{ host: 'public.ecr.aws', provider: 'ecr-public', grants: 'everyone' }] },
    })

    const actions = statementsByRole(reading).flatMap(one => one.actions)

    expect(actions.filter(action => /BatchDelete|PutImage|BearerToken/.test(action))).toEqual([])
  })
})
