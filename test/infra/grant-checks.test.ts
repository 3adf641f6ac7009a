import { App } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { type ConfigInput, parseConfig } from '../../infra/config.ts'
import { addInstallation } from '../../infra/installation.ts'
import type { Grant, Grants } from '../../shared/domain/grants/grant.ts'
import { grantWarnings, labelKeysNote, refuseMissingGrants } from '../../shared/settings/grant-checks.ts'
import { fullConfig } from './full-config.ts'

type Registry = NonNullable<ConfigInput['settings']['registries']>[number]

const settingsWith = (...registries: Partial<Registry>[]) =>
  parseConfig({
    settings: {
      clusters: [{ name: 'main', kubeconfigSecret: 'kubeconfig/main' }],
      registries: registries.map((one, at) => ({ host: `r${at}.example.com`, ...one })),
    },
  }).settings
const withGrants = (...lines: Partial<Grant>[]) =>
  settingsWith({
    grants: lines.map(line => ({ namespaces: ['*'], repositories: ['**'], may: ['read', 'delete'], ...line })),
  })

describe('a registry with a credential of the installation', () => {
  it.each([
    [{ pullSecret: 'reader' }, 'it has a pullSecret'],
    [{ deleteSecret: 'cleaner' }, 'it has a deleteSecret'],
    [{ provider: 'ecr' as const }, 'the roles of the functions are its credential'],
  ])('%j says who may use it', (registry, why) => {
    const settings = settingsWith({}, registry)

    expect(() => refuseMissingGrants(settings, 'config.settings')).toThrow(
      `config.settings.registries[1].grants: expected which namespaces may read and delete below which paths of r1.example.com, since ${why}; got nothing`,
    )
    expect(() => refuseMissingGrants(settings, 'config.settings')).toThrow('shelflife grants --suggest')
    const config = parseConfig({ settings })
    expect(() => addInstallation(new App({ analyticsReporting: false }), config)).toThrow(why)
  })

  it.each<[Grants]>([['everyone'], [[]]])('is content with %j', grants => {
    expect(() => refuseMissingGrants(settingsWith({ pullSecret: 'reader', grants }), 'config.settings')).not.toThrow()
  })

  it('is asked for alone: one that is read without a credential needs no grants', () => {
    expect(() => refuseMissingGrants(settingsWith({}), 'config.settings')).not.toThrow()
  })
})

describe('a warning', () => {
  const texts = (settings: ReturnType<typeof settingsWith>) => grantWarnings(settings).map(({ text }) => text)

  it.each([[undefined], [['*']], [['main']]])(
    'is given for the line that lets all delete, in clusters %j',
    clusters => {
      const found = texts(withGrants({ namespaces: ['a'] }, clusters ? { clusters } : {}))

      expect(found).toEqual([
        expect.stringMatching(/^registries\[r0\.example\.com\]\.grants\[1\] lets every namespace/),
      ])
    },
  )

  it('is not given for what is narrower', () => {
    const narrower = withGrants({ may: ['read'] }, { namespaces: ['a'] }, { repositories: ['a/**'] })

    expect(texts(narrower)).toEqual([])
    expect(texts(settingsWith({ grants: 'everyone' }))).toEqual([])
  })

  it('says that a role for reading deletes nothing', () => {
    const ecr = { host: '210987654321.dkr.ecr.eu-west-1.amazonaws.com', provider: 'ecr' as const }
    const roleArn = 'arn:aws:iam::210987654321:role/read'
    const lines: Grants = [{ namespaces: ['a'], repositories: ['a/**'], may: ['read', 'delete'] }]

    const [told] = texts(settingsWith({ ...ecr, roleArn, grants: lines }))

    expect(told).toContain('the registry has no deleteRoleArn')
    expect(texts(settingsWith({ ...ecr, roleArn, deleteRoleArn: roleArn, grants: lines }))).toEqual([])
  })

  it('names clusters that no cluster of the settings matches', () => {
    expect(texts(withGrants({ clusters: ['mian', 'm*'], namespaces: ['a'] }))).toEqual([
      'registries[r0.example.com].grants[0] is for clusters mian, and no cluster of the settings is named so: it grants nothing there. Known are main',
    ])
  })
})

describe('the note of labels', () => {
  it('names each key once, and the command that closes them', () => {
    const of = (...repositories: string[]) => ({ clusters: ['main'], repositories })
    const note = labelKeysNote(withGrants(of('{label:team}/**'), of('{label:example.com/unit}/{label:team}')))

    expect(note).toContain('labels example.com/unit, team: infra/cluster/admission.yaml must close them to tenants')
    expect(note).toContain('--from-literal=keys=example.com/unit,team')
  })

  it('is not there where grants stand on names alone', () => {
    expect(labelKeysNote(withGrants({ clusters: ['main'], repositories: ['{namespace}/**'] }))).toBeUndefined()
  })
})

it('warnings and the note are printed by every synth', () => {
  const lines: Grants = [{ namespaces: ['*'], repositories: ['**'], may: ['read', 'delete'] }]
  const settings = {
    ...fullConfig.settings,
    registries: [...(fullConfig.settings.registries ?? []), { host: 'open.example.com', grants: lines }],
  }
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false })

  const { pipeline } = addInstallation(app, parseConfig({ ...fullConfig, settings }))

  const annotations = Annotations.fromStack(pipeline)
  annotations.hasWarning('*', Match.stringLikeRegexp('open\\.example\\.com.*lets every namespace delete every image'))
  annotations.hasWarning('*', Match.stringLikeRegexp('label example\\.com/team: .*must close them to tenants'))
})
