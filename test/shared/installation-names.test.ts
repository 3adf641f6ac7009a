import { expect, it } from 'vitest'
import { installationName, installationNames, nameInId } from '../../shared/installation-names.ts'

it('leaves the names of the default as they were in each release', () => {
  expect(installationNames()).toEqual({
    name: 'shelflife',
    stateStack: 'ShelflifeState',
    workStack: 'ShelflifeWork',
    pipelineStack: 'ShelflifePipeline',
    bus: 'image-lifecycle',
    killSwitchParameter: '/shelflife/sweeps',
    installationParameter: '/shelflife/installation',
    webhookParameter: '/shelflife/webhook',
    queuesParameter: '/shelflife/queues',
    pullSecretPrefix: 'shelflife/pull/',
    metricNamespace: 'shelflife',
  })
})

it('gives two installations no name in common, also where only a hyphen tells them apart', () => {
  const all = ['shelflife', 'shelflife-dev', 'shelf-life', 'dev', 'd-ev'].flatMap(name =>
    Object.values(installationNames(name)).map(String),
  )
  const names = new Set(all.map(one => one.toLowerCase()))

  // The metrics of an installation are called as it is.
  expect(names.size).toBe(all.length - 5)
})

it.each(['', 'Dev', '1dev', '-dev', 'dev_1', 'a'.repeat(21), 'aws-dev', 'ssm'])('refuses the name %j', name => {
  expect(installationName.safeParse(name).success).toBe(false)
})

it.each(['shelflife', 'dev', 'd', 'prod-eu-2', 'a'.repeat(20)])('takes the name %j', name => {
  expect(installationName.safeParse(name).success).toBe(true)
})

it.each([
  ['123456789012/eu-west-1/dev', 'dev'],
  ['local/laptop/0a1b2c3d', 'shelflife'],
])('knows the name in %s', (id, name) => {
  expect(nameInId(id)).toBe(name)
})
