import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../infra/config.ts'
import { fullConfig } from './full-config.ts'
import { resourcesOf, statementsByRole, synthesize } from './synthesized.ts'

const adopt = {
  tableName: 'restored-table',
  archiveBucket: 'replicated-archive',
  restoredAt: '2026-11-28T12:00:00+01:00',
}
const adopted = synthesize({ ...fullConfig, adopt })
const { state, pipeline } = adopted

describe('an installation that adopts a restored table and archive', () => {
  it('makes neither, and tells the command and every function of these', () => {
    const [, parameter] = resourcesOf(state, 'AWS::SSM::Parameter').find(([id]) => id.startsWith('installation')) ?? []
    const variables = resourcesOf(pipeline, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => [
      (Properties.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {},
    ])
    const named = (name: string) => new Set(variables.flatMap(one => one[name] ?? []))

    expect(resourcesOf(state, 'AWS::DynamoDB::Table')).toEqual([])
    expect(resourcesOf(state, 'AWS::S3::Bucket')).toEqual([])
    expect(JSON.stringify(parameter?.Properties.Value)).toMatch(/restored-table.*replicated-archive/)
    expect(named('TABLE_NAME')).toEqual(new Set(['restored-table']))
    expect(named('ARCHIVE_BUCKET')).toEqual(new Set(['replicated-archive']))
  })

  it('may do with them what it may do with its own', () => {
    const of = (templates: ReturnType<typeof synthesize>) =>
      statementsByRole(templates.pipeline)
        .map(({ role, actions }) => `${role} ${actions.join()}`)
        .filter(text => /dynamodb:|s3:/.test(text))
        .sort()
    const resources = JSON.stringify(statementsByRole(pipeline).map(one => one.resources))

    expect(of(adopted)).toEqual(of(synthesize(fullConfig)))
    expect(resources).toContain(':table/restored-table/index/byTime')
    expect(resources).toContain(':s3:::replicated-archive/*')
  })

  it('begins with its sweeps paused, and has what was marked before marked anew', () => {
    const [, killSwitch] = resourcesOf(state, 'AWS::SSM::Parameter').find(([id]) => id.startsWith('killswitch')) ?? []
    const { settings } = parseConfig({ ...fullConfig, adopt })

    expect(killSwitch?.Properties).toMatchObject({ Name: '/shelflife/sweeps', Value: 'paused' })
    expect(settings.restoredAt).toEqual(new Date('2026-11-28T11:00:00Z'))
    expect(JSON.parse(JSON.stringify(settings)).restoredAt).toBe('2026-11-28T11:00:00.000Z')
  })

  it.each([
    [{ ...adopt, restoredAt: 'yesterday' }, /adopt\.restoredAt: expected a time like/],
    [{ ...adopt, tableName: 'arn:aws:dynamodb:x' }, /adopt\.tableName: expected the name of a DynamoDB table/],
    [{ ...adopt, archiveBucket: 's3://b' }, /adopt\.archiveBucket: expected the name of an S3 bucket/],
    [{ tableName: 'restored-table' }, /adopt/],
  ])('refuses %j', (wrong, message) => {
    expect(() => parseConfig({ ...fullConfig, adopt: wrong })).toThrow(message)
  })
})
