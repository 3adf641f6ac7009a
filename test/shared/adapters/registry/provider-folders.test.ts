import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { registryProviders } from '../../../../shared/domain/providers/providers.ts'
import { rootPath, sourcesOf } from '../../../support/imports.ts'

const providerFolders = readdirSync(rootPath('shared/adapters/registry'), { withFileTypes: true }).flatMap(entry =>
  entry.isDirectory() && registryProviders.some(name => name === entry.name) ? [entry.name] : [],
)

it('each provider with a folder of its own has a fake that keeps the contract', () => {
  const withContract = providerFolders.filter(name => {
    const folder = rootPath(`test/shared/adapters/registry/${name}`)
    return readdirSync(folder).some(file => /\nregistryContract\(/.test(readFileSync(`${folder}/${file}`, 'utf8')))
  })

  expect(providerFolders).toEqual(expect.arrayContaining(['ecr', 'harbor', 'oci']))
  expect(withContract).toEqual(providerFolders)
})

it('which kind a registry is decides in the lists alone: nothing else compares with a name of one', () => {
  const compares = new RegExp(`[!=]== '(${registryProviders.join('|')})'|case '(${registryProviders.join('|')})':`)

  const comparing = ['shared', 'functions', 'cli', 'infra']
    .flatMap(sourcesOf)
    .filter(({ path, text }) => !/^(shared\/domain\/providers|cli\/embedded)\//.test(path) && compares.test(text))

  expect(comparing.map(({ path }) => path)).toEqual([])
})

it('no folder of a provider imports another, but for the plain API that others extend', () => {
  const importing = providerFolders.flatMap(name =>
    sourcesOf(`shared/adapters/registry/${name}`).filter(({ text }) =>
      providerFolders.some(
        other => other !== name && other !== 'oci' && new RegExp(`from '\\.\\./${other}/`).test(text),
      ),
    ),
  )

  expect(importing.map(({ path }) => path)).toEqual([])
})
