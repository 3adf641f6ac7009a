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
  // An hour of the schedules is six seconds.
  const flags = ['--notifications', join(folder, 'receivers.json'), '--speed', '600']
  installation = await startInstallation({ flags })
})
afterAll(async () => {
  await installation?.remove()
  receiver?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Also the time between mark and deletion, in which a message must come. */
const graceMs = 20_000

/** A repository with characters that chats take for bold or italic, of which all is older than the grace. */
async function ageOld(name: string, tagCount = 2): Promise<Scene> {
  const scene = await newScene(installation.world, name)
  const odd = { ...scene, repository: `${scene.repository}/my__init__app` }
  const tags = Array.from({ length: tagCount }, (_, at) => `v${at + 1}`)
  await pushTags(odd, ...tags)
  await trackPushed(odd, tags, graceMs)
  return odd
}

const markOld = (scene: Scene, rest: object = {}) =>
  sweep(scene, 'nightly', { keepRecent: 1, gracePeriod: `${graceMs / 1000}s`, ...rest })

const dayNumber = () => Math.floor(Date.now() / 86_400_000)
const bodiesOf = (kind: 'slack' | 'teams', { namespace }: Scene): string[] =>
  receiver.posted
    .filter(
      ({ path, body }) =>
        path.startsWith(kind === 'slack' ? '/services' : '/workflows') && body.includes(`/${namespace}/`),
    )
    .map(({ body }) => body)
const isAhead = (body: string) => body.includes('Images are about to go: ')
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

describe.concurrent('a policy with marks', () => {
  it('is told to Slack and to Teams, once a day, however often it is looked at', async () => {
    const firstDay = dayNumber()
    const [scene, later] = await Promise.all([ageOld('told-ahead'), ageOld('told-later')])
    await markOld(scene)
    const [slack, teams] = [await told('slack', scene), await told('teams', scene)]

    await markOld(later)
    await told('slack', later)
    await told('teams', later)

    const days = dayNumber() - firstDay + 1
    for (const kind of ['slack', 'teams'] as const)
      expect(bodiesOf(kind, scene).filter(isAhead).length).toBeLessThanOrEqual(days)
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
    const scene = await ageOld('told-share', 22)
    await markOld(scene, { maxDeletionPercent: 10 })

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
    const scene = await ageOld('quiet')
    await markOld(scene)

    await told('teams', scene)

    expect(bodiesOf('slack', scene)).toEqual([])
  })
})
