import { describe, expect, it } from 'vitest'
import type { World } from './world.ts'

interface Attempt {
  readonly path?: string
  readonly method?: string
  readonly authorization?: string
  readonly body?: string
}

const pushOf = (repository: string) =>
  JSON.stringify({
    events: [{ action: 'push', target: { mediaType: 'application/vnd.oci.image.manifest.v1+json', repository } }],
  })

/** What strangers and broken registries send; the numbers are those of the fault catalogue. */
export function badWebhookScenarios(world: () => World): void {
  const send = async ({ path = '/distribution', method = 'POST', authorization, body = pushOf('a/b') }: Attempt) => {
    const headers = { authorization: authorization ?? `Bearer ${world().webhookSecret}` }
    const response = await fetch(`${world().webhookUrl}${path}`, {
      method,
      headers,
      ...(method === 'POST' && { body }),
    })
    return { status: response.status, text: await response.text() }
  }

  describe.concurrent('a bad webhook', () => {
    it.each([
      ['a wrong secret (B4)', { authorization: 'Bearer guessed' }, 401],
      ['an empty secret (B4)', { authorization: 'Bearer ' }, 401],
      ['a body that is no JSON', { body: '{"events":' }, 400],
      ['a body of another shape', { body: '{"events":{}}' }, 400],
      ['a repository outside the grammar (B8)', { body: pushOf('../../etc/passwd') }, 400],
      ['a body over the limit (B1)', { body: ' '.repeat(300_000) }, 413],
      ['a body over the limit with a wrong secret (B1)', { body: ' '.repeat(300_000), authorization: 'no' }, 413],
      ['a registry nobody knows', { path: '/nobody' }, 404],
      ['a GET', { method: 'GET' }, 405],
    ] as const)('with %s is answered as the sender can understand', async (_, attempt, status) => {
      const answer = await send(attempt)

      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.text)).toMatchObject({ message: expect.stringMatching(/\w/) })
      expect(answer.text).not.toContain(world().webhookSecret)
    })
  })
}
