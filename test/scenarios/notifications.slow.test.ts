import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import { type ReceiverServer, startReceiver } from '../support/receiver-server.ts'
import { type Installation, startInstallation } from './installation.ts'
import { newScene, sweep } from './objects.ts'
import { trackPushed } from './sweep.ts'
import { pushTags, type Scene } from './world.ts'

let folder: string
let receiver: ReceiverServer
let installation: Installation
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shelflife-told-'))
  receiver = await startReceiver()
  const { host, ca } = receiver
  const kinds = [
    { kind: 'slack', path: '/services/T0/B0/x', namespaces: ['told-*'] },
    { kind: 'teams', path: '/workflows/x?sig=y', namespaces: ['*'] },
  ]
  const list = kinds.map(({ kind, path, namespaces }) => {
    writeFileSync(join(folder, kind), `https://${host}${path}`)
    return { name: kind, kind, urlFile: kind, namespaces, privateHost: host, ca }
  })
  writeFileSync(join(folder, 'receivers.json'), JSON.stringify(list))
  // An hour of the schedules is twelve seconds.
  const flags = ['--notifications', join(folder, 'receivers.json'), '--speed', '300']
  installation = await startInstallation({ flags })
})
afterAll(async () => {
  await installation?.remove()
  receiver?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A repository with characters that chats take for bold or italic, whose older tag a policy marks for a later day. */
async function markOld(name: string, rest: object = {}): Promise<Scene> {
  const scene = await newScene(installation.world, name)
  const odd = { ...scene, repository: `${scene.repository}/my__init__app` }
  await pushTags(odd, 'v1', 'v2')
  await trackPushed(odd, ['v1', 'v2'])
  await sweep(odd, 'nightly', { keepRecent: 1, gracePeriod: '2h', ...rest })
  return odd
}

const dayNumber = () => Math.floor(Date.now() / 86_400_000)
const bodiesOf = (kind: 'slack' | 'teams', { namespace }: Scene): string[] =>
  receiver.posted
    .filter(
      ({ path, body }) =>
        path.startsWith(kind === 'slack' ? '/services' : '/workflows') && body.includes(`/${namespace}/`),
    )
    .map(({ body }) => body)
const told = (kind: 'slack' | 'teams', scene: Scene) =>
  waitUntil(() => bodiesOf(kind, scene)[0], {
    what: `a message to ${kind} about ${scene.namespace}`,
    deadlineMs: 90_000,
  })

interface Card {
  readonly attachments: {
    content: { body: { type: string; inlines: { type: string; text: string; fontType?: string }[] }[] }
  }[]
}

describe('a policy with marks', () => {
  it('is told to Slack and to Teams, once a day, however often it is looked at', async () => {
    const firstDay = dayNumber()
    const scene = await markOld('told-ahead')
    const [slack, teams] = [await told('slack', scene), await told('teams', scene)]

    const later = await markOld('told-later')
    await told('slack', later)
    await told('teams', later)

    const days = dayNumber() - firstDay + 1
    expect(bodiesOf('slack', scene).length).toBeLessThanOrEqual(days)
    expect(bodiesOf('teams', scene).length).toBeLessThanOrEqual(days)
    const policy = `local/${scene.namespace}/nightly`
    expect(JSON.parse(slack).text).toMatch(
      new RegExp(
        `^\\*Images are about to go: ${policy}\\*\\n(Today|Tomorrow) \\(.*\\) from \\d\\d:\\d\\d UTC 1 image of 1 repository goes, up to .*, by policy \`${policy}\`, unless`,
      ),
    )
    const [attachment] = (JSON.parse(teams) as Card).attachments
    const blocks = attachment?.content.body ?? []
    expect(new Set(blocks.map(({ type }) => type))).toEqual(new Set(['RichTextBlock']))
    expect(blocks[0]?.inlines.map(({ text }) => text)).toEqual(['Images are about to go: ', policy])
  })

  it('that waits for a person tells why, with names as they are', async () => {
    const scene = await markOld('told-share', { maxDeletionPercent: 10 })

    const [slack, teams] = [await told('slack', scene), await told('teams', scene)]

    expect(JSON.parse(slack).text).toContain('A plan waits for approval')
    expect(JSON.parse(slack).text).toMatch(new RegExp(`\`[^\`\\n]*${scene.repository}[^\`\\n]*\``))
    const runs = (JSON.parse(teams) as Card).attachments.flatMap(({ content }) =>
      content.body.flatMap(one => one.inlines),
    )
    const named = runs.filter(({ text }) => text.includes('__init__'))
    expect(named.map(({ type, fontType }) => [type, fontType])).toContainEqual(['TextRun', 'Monospace'])
  })

  it('is told to nobody who does not hear its namespace', async () => {
    const scene = await markOld('quiet')

    await told('teams', scene)

    expect(bodiesOf('slack', scene)).toEqual([])
  })
})
