import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { ConfigInput } from '../../../infra/config.ts'
import { fullConfig } from '../../infra/full-config.ts'
import { projectRoot, readParts } from '../parts/cache.ts'
import { run, runOrThrow } from '../parts/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'shelflife-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = { account: '123456789012', region: 'eu-west-1' }
const { vpc } = fullConfig
const configs: Record<string, ConfigInput> = {
  'the least that can be deployed': { settings: {} },
  everything: { ...fullConfig, env },
  'the rules of the house': {
    ...fullConfig,
    env,
    ...(vpc && { vpc: { ...vpc, routeTableIds: ['rtb-0123456789abcdef0'], endpoints: 'create' as const } }),
    houseRules: {
      permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
      rolePath: '/platform/',
      tags: { owner: 'platform' },
      kmsKey: 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555',
      secretKmsKeys: ['arn:aws:kms:eu-west-1:123456789012:key/99999999-2222-3333-4444-555555555555'],
      logRetentionDays: 365,
    },
  },
}

const { checkov } = readParts()
const cfnLint = join(dirname(checkov), 'cfn-lint')

const assemblies = new Map<string, Promise<string>>()

/** The folder of the templates of a configuration, without bundles; made once. */
function synthesized(name: string): Promise<string> {
  const assembly = assemblies.get(name) ?? synthesize(name)
  assemblies.set(name, assembly)
  return assembly
}

async function synthesize(name: string): Promise<string> {
  const assembly = join(folder, name.replaceAll(' ', '-'))
  const configFile = `${assembly}.json`
  writeFileSync(configFile, JSON.stringify(configs[name]))
  const { context } = JSON.parse(readFileSync(join(projectRoot, 'cdk.json'), 'utf8'))
  await runOrThrow(process.execPath, ['infra/app.ts'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      SHELFLIFE_CONFIG: configFile,
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [] }),
    },
  })
  return assembly
}

interface Found {
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] }
  readonly summary: { readonly passed: number; readonly parsing_errors: number }
}

const checkovOf = async (assembly: string, args: readonly string[]): Promise<Found> => {
  const { stdout } = await run(checkov, ['--directory', assembly, '--output', 'json', '--quiet', ...args])
  return JSON.parse(stdout)
}

const skipped: string[] = parse(readFileSync(join(projectRoot, 'infra/checkov.yaml'), 'utf8'))['skip-check']
const ofKeys = ['CKV_AWS_26', 'CKV_AWS_27', 'CKV_AWS_119', 'CKV_AWS_158', 'CKV_AWS_173']
const ids = ({ results }: Found): string[] => [...new Set(results.failed_checks.map(one => one.check_id))]

describe.each(Object.keys(configs))('the templates of %s', name => {
  it('have no finding of cfn-lint', async () => {
    const assembly = await synthesized(name)
    const templates = readdirSync(assembly).filter(file => file.endsWith('.template.json'))
    const files = templates.map(file => join(assembly, file))

    const { stdout, exitCode } = await run(cfnLint, [
      '--config-file',
      join(projectRoot, 'infra/cfn-lint.yaml'),
      ...files,
    ])

    expect(templates).toHaveLength(3)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
  })

  it('have no finding of checkov that has no reason', async () => {
    const found = await checkovOf(await synthesized(name), ['--config-file', join(projectRoot, 'infra/checkov.yaml')])

    expect(found.results.failed_checks.map(one => `${one.check_id} ${one.resource}`)).toEqual([])
    expect(found.summary).toMatchObject({ parsing_errors: 0, passed: expect.toSatisfy((count: number) => count > 100) })
  })
})

describe.each(readdirSync(join(projectRoot, 'infra/accounts')))('the template %s of another account', file => {
  const path = join(projectRoot, 'infra/accounts', file)

  it('has no finding of cfn-lint', async () => {
    const { stdout, exitCode } = await run(cfnLint, ['--config-file', join(projectRoot, 'infra/cfn-lint.yaml'), path])

    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
  })

  it('has no finding of checkov', async () => {
    const { stdout } = await run(checkov, ['--file', path, '--output', 'json', '--quiet', '--skip-download'])
    const found: Found = JSON.parse(stdout)

    expect(found.results.failed_checks.map(one => `${one.check_id} ${one.resource}`)).toEqual([])
    expect(found.summary.parsing_errors).toBe(0)
  })
})

describe('what checkov is told to skip', () => {
  it('would be found, each of it', async () => {
    const found = await checkovOf(await synthesized('everything'), ['--skip-download'])
    const withoutVpc = await checkovOf(await synthesized('the least that can be deployed'), ['--skip-download'])

    expect([...new Set([...ids(found), ...ids(withoutVpc)])].sort()).toEqual([...skipped].sort())
  })

  it('is not what the key of the house is for, once there is one', async () => {
    const found = await checkovOf(await synthesized('the rules of the house'), ['--skip-download'])

    expect(ids(found).filter(id => ofKeys.includes(id))).toEqual([])
  })
})
