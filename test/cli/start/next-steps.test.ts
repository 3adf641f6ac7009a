import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { writeNextSteps } from '../../../cli/start/next-steps.ts'
import { parseDockerConfig } from '../../../shared/objects/docker-config.ts'
import { testFolder } from '../embedded/aws/embedded-aws.ts'

it('writes the objects to begin with, the credential in its Secret, for their owner alone, and shows no password', async () => {
  const dataDir = await testFolder()
  const registry = { host: 'ghcr.io', credential: { username: 'ci', password: 'hush"hush' } }

  const lines = writeNextSteps(registry, { dataDir, kubectl: 'kubectl', example: 'team/web_app', ofFolder: '' })

  const file = join(dataDir, 'next', 'ghcr.io.yaml')
  const [secret, registrySecret, repository] = parseAllDocuments(readFileSync(file, 'utf8')).map(one => one.toJS())
  const config = Buffer.from(secret.data['.dockerconfigjson'], 'base64').toString()
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(parseDockerConfig({ '.dockerconfigjson': config }, 'ghcr.io').whole).toEqual(registry.credential)
  expect(registrySecret).toMatchObject({
    kind: 'RegistrySecret',
    metadata: { name: 'ghcr.io' },
    spec: { domain: 'ghcr.io', provider: 'ghcr', secretRef: { name: secret.metadata.name } },
  })
  expect(repository).toMatchObject({
    kind: 'Repository',
    metadata: { name: 'team-web-app' },
    spec: { repository: 'team/web_app', registryRef: { name: 'ghcr.io' } },
  })
  expect(lines.join('\n')).not.toContain('hush')
  expect(lines[0]).toContain(`kubectl apply -n NAMESPACE -f ${file}`)
  expect(lines.at(-2)).toContain("track 'ghcr.io/**' -n NAMESPACE")
  expect(lines.at(-1)).toContain('webhook ghcr.io')
})

it('of a registry that is read without a credential there is no Secret', async () => {
  const dataDir = await testFolder()

  const lines = writeNextSteps(
    { host: 'r.example.com:5000' },
    { dataDir, kubectl: 'kubectl', ofFolder: ' --data there' },
  )

  const text = readFileSync(join(dataDir, 'next', 'r.example.com-5000.yaml'), 'utf8')
  expect(parseAllDocuments(text).map(one => one.toJS().kind)).toEqual(['RegistrySecret', 'Repository'])
  expect(text).not.toContain('secretRef')
  expect(lines.slice(-2).every(line => line.includes(' --data there '))).toBe(true)
})
