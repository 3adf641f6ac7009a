import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { included, resourcesMadeBy } from './account-template.ts'
import { fullConfig } from './full-config.ts'
import {
  indexChangesOf,
  lossesOf,
  movedNames,
  type Release,
  replacedIn,
  type StackTemplate,
} from './release-changes.ts'
import type { Resource } from './synthesized.ts'
import { synthesize } from './synthesized.ts'

const folder = new URL('../fixtures/releases/', import.meta.url)
const releases = readdirSync(folder)
const fileOf = (release: string, stack: string): URL => new URL(`${release}/${stack}.template.json`, folder)
const read = (release: string, stack: string): StackTemplate => JSON.parse(readFileSync(fileOf(release, stack), 'utf8'))
const releaseOf = (name: string): Release => ({
  state: read(name, 'state'),
  ...(existsSync(fileOf(name, 'work')) && { work: read(name, 'work') }),
  pipeline: read(name, 'pipeline'),
})

const made = synthesize(fullConfig)
const now = {
  state: made.state.toJSON() as StackTemplate,
  work: made.work.toJSON() as StackTemplate,
  pipeline: made.pipeline.toJSON() as StackTemplate,
} satisfies Release

describe.each(releases)('an upgrade from %s, and the way back', name => {
  const before = releaseOf(name)

  it('replaces nothing that holds state', () => {
    expect(lossesOf(before, now)).toEqual([])
    expect(movedNames(before, now)).toEqual([])
    expect(movedNames(now, before)).toEqual([])
  })

  it('asks for no more than one index of the table', () => {
    expect(indexChangesOf(before, now).length).toBeLessThanOrEqual(1)
  })

  it('leaves the kill switch as people set it: any other property would set its value as well', () => {
    const switchOf = ({ state }: Release) =>
      Object.entries(state.Resources)
        .filter(([, { Properties }]) => Properties?.Name === '/shelflife/sweeps')
        .map(([id, { Type, Properties }]) => ({ id, Type, Properties }))

    expect(switchOf(now)).toEqual(switchOf(before))
    expect(switchOf(now)).toHaveLength(1)
  })
})

const ofAccounts = releases.flatMap(release =>
  ['shelflife-ecr.yaml', 'shelflife-list-role.yaml']
    .filter(file => existsSync(new URL(`${release}/accounts/${file}`, folder)))
    .map(file => [release, file] as const),
)

describe.each(ofAccounts)('the template of %s for another account, %s, then that of today', (release, file) => {
  const before = included(new URL(`${release}/accounts/${file}`, folder).pathname)
  const today = included(`infra/accounts/${file}`)

  it.each([{}, { MayDelete: 'yes' }, { WithRoles: 'no', MayDelete: 'yes' }])('makes nothing anew with %j', given => {
    const [old, next] = [resourcesMadeBy(before, given), resourcesMadeBy(today, given)]

    expect(replacedIn(old, next)).toEqual([])
  })

  it('makes roles anew with a path', () => {
    const moved = replacedIn(resourcesMadeBy(before, {}), resourcesMadeBy(today, { RolePath: '/platform/' }))

    expect(moved).toContainEqual(expect.stringMatching(/^(Reader|Lister): Path changes/))
  })
})

describe('what the checks of an upgrade find', () => {
  const table = 'table8235A42E'
  const withTable = (change: Record<string, unknown>): Release => {
    const one = now.state.Resources[table] as Resource
    const changed = { ...one, Properties: { ...one.Properties, ...change } }
    return { ...now, state: { Resources: { ...now.state.Resources, [table]: changed } } }
  }

  it('is a table of another key, one that is gone, and one that goes with its stack', () => {
    const { [table]: gone, ...others } = now.state.Resources
    const without: Release = { ...now, state: { Resources: others } }
    const loose = { ...(gone as Resource), DeletionPolicy: 'Delete' }

    expect(lossesOf(now, withTable({ KeySchema: [] }))).toEqual([
      `${table}: KeySchema changes, which makes another AWS::DynamoDB::Table`,
    ])
    expect(lossesOf(now, without)).toEqual([`${table}: AWS::DynamoDB::Table is not in the template any more`])
    expect(lossesOf(now, { ...now, state: { Resources: { ...others, [table]: loose } } })).toEqual([
      `${table}: goes when its stack is deleted`,
    ])
  })

  it('is a queue of the stack of work that is of another kind, and one that is gone', () => {
    const [[id, queue] = ['', undefined], ...others] = Object.entries(now.work.Resources).filter(
      ([, { Type }]) => Type === 'AWS::SQS::Queue',
    )
    const other = { ...(queue as Resource), Properties: { ...queue?.Properties, FifoQueue: 'no' } }
    const rest = Object.fromEntries(others)

    expect(
      lossesOf(
        { ...now, work: { Resources: { [id]: queue as Resource, ...rest } } },
        { ...now, work: { Resources: { [id]: other, ...rest } } },
      ),
    ).toEqual([`${id}: FifoQueue changes, which makes another AWS::SQS::Queue`])
    expect(
      lossesOf({ ...now, work: { Resources: { [id]: queue as Resource } } }, { ...now, work: { Resources: rest } }),
    ).toEqual([`${id}: AWS::SQS::Queue is not in the template any more`])
  })

  it('is an attribute that is defined otherwise', () => {
    const numbers = [{ AttributeName: 'pk', AttributeType: 'N' }]

    expect(lossesOf(now, withTable({ AttributeDefinitions: numbers }))).toEqual([
      `${table}: attribute pk is defined otherwise, which makes another table`,
    ])
  })

  it('is an index too many, and one that is made otherwise, which is two', () => {
    const { Properties } = now.state.Resources[table] as Resource
    const [first, second, ...rest] = Properties.GlobalSecondaryIndexes as object[]
    const other = { ...second, Projection: { ProjectionType: 'KEYS_ONLY' } }

    expect(indexChangesOf(now, withTable({ GlobalSecondaryIndexes: [...rest] }))).toEqual([
      'drop byCluster',
      'drop byTime',
    ])
    expect(indexChangesOf(now, withTable({ GlobalSecondaryIndexes: [first, other, ...rest] }))).toEqual([
      'drop byTime',
      'make byTime otherwise',
    ])
  })

  it('is a name that another resource takes', () => {
    const { killswitch5CC0B760: moved, ...others } = now.state.Resources
    const after = { ...now, state: { Resources: { ...others, other: moved as Resource } } }

    expect(movedNames(now, after)).toEqual([
      'AWS::SSM::Parameter /shelflife/sweeps: from state/killswitch5CC0B760 to state/other',
    ])
  })
})

describe('the changelog', () => {
  const sections = readFileSync('CHANGELOG.md', 'utf8')
    .split(/^## /m)
    .slice(1)
    .map(text => ({ name: text.split('\n', 1)[0]?.split(' ')[0] ?? '', text }))
  const versions = sections.map(({ name }) => name).filter(name => name !== 'Unreleased')

  it('has a section for the version of package.json, and the templates of each release lie here', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

    expect(versions).toContain(version)
    expect(releases).toEqual(expect.arrayContaining(versions))
    expect(ofAccounts.map(([release]) => release)).toContain(version)
  })

  it('says in each section what is to be done before an upgrade, but in that of the first release', () => {
    const silent = sections.filter(({ text }) => !text.includes('\n### Before you upgrade\n'))

    expect(silent.map(({ name }) => name)).toEqual([versions.at(-1)])
  })
})
