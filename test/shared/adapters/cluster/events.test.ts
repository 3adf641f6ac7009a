import { describe, expect, it } from 'vitest'
import { eventManifest } from '../../../../shared/adapters/cluster/events.ts'
import type { CustomObject, ObjectEvent } from '../../../../shared/ports/cluster.ts'

const now = new Date('2026-10-01T10:59:59.900Z')

const objectOf = (name = 'myapp', uid = 'uid-1'): CustomObject => ({
  cluster: 'eu-1',
  kind: 'Repository',
  metadata: { name, namespace: 'production', uid, resourceVersion: '7', generation: 1, labels: {}, annotations: {} },
  spec: {},
  status: {},
})

const failed: ObjectEvent = { type: 'Warning', reason: 'Timeout', message: 'no answer' }
const nameOf = (object: CustomObject, event: ObjectEvent, at: Date) => eventManifest(object, event, at).metadata.name

describe('eventManifest', () => {
  it('stands in the namespace of its object and refers to it by uid', () => {
    expect(eventManifest(objectOf(), failed, now)).toMatchObject({
      metadata: { namespace: 'production' },
      involvedObject: { kind: 'Repository', name: 'myapp', namespace: 'production', uid: 'uid-1' },
      firstTimestamp: '2026-10-01T10:59:59Z',
      count: 1,
    })
  })

  it('has one name for equal events within the hour, and another for anything else', () => {
    const first = nameOf(objectOf(), failed, now)

    expect(nameOf(objectOf(), { ...failed }, new Date('2026-10-01T10:00:00Z'))).toBe(first)
    const others = [
      nameOf(objectOf(), failed, new Date('2026-10-01T11:00:00Z')),
      nameOf(objectOf('myapp', 'uid-2'), failed, now),
      nameOf(objectOf(), { ...failed, reason: 'TLSFailed' }, now),
      nameOf(objectOf(), { ...failed, message: 'no answer at all' }, now),
    ]
    expect(new Set([first, ...others]).size).toBe(5)
  })

  it('has a valid name for the longest and the oddest object name', () => {
    const dns = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
    const names = ['a'.repeat(253), `${'a'.repeat(198)}-.b`].map(name => nameOf(objectOf(name), failed, now))

    for (const name of names) {
      expect(name).toMatch(dns)
      expect(name.length).toBeLessThanOrEqual(253)
    }
  })

  it.each([['a'], ['ä'], ['漢'], ['😀']])('cuts a long message of %s to 1024 bytes between characters', character => {
    const { message } = eventManifest(objectOf(), { ...failed, message: character.repeat(2_000) }, now)

    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_024)
    expect(Buffer.byteLength(message)).toBeGreaterThan(1_015)
    expect(message).not.toContain('\uFFFD')
  })

  it('B27 keeps a message on one line', () => {
    const { message } = eventManifest(objectOf(), { ...failed, message: 'one\r\nWarning forged\u001b[2J\n' }, now)

    expect(message).toBe('one Warning forged [2J')
  })
})
