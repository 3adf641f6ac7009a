import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { decodeObject } from '../../../../../cli/embedded/kubernetes/protobuf/decode-object.ts'
import { sentByKubectl } from './sent-by-kubectl.ts'

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

type Write = (writer: BinaryWriter) => void

const written = (write: Write): Uint8Array => {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}
const part =
  (field: number, write: Write): Write =>
  writer =>
    writer.tag(field, WireType.LengthDelimited).bytes(written(write))
const text =
  (field: number, value: string): Write =>
  writer =>
    writer.tag(field, WireType.LengthDelimited).string(value)
const integer =
  (field: number, value: number): Write =>
  writer =>
    writer.tag(field, WireType.Varint).int64(value)
const all =
  (...writes: Write[]): Write =>
  writer => {
    for (const write of writes) write(writer)
  }

/** As a client of Go sends it. */
const sent = (kind: string, object: Write): Uint8Array =>
  Buffer.concat([Buffer.from('k8s\0'), written(all(part(1, all(text(1, 'v1'), text(2, kind))), part(2, object)))])

describe('protobuf', () => {
  it('of kubectl is what kubectl prints of it as JSON, without what is not set', () => {
    const decoded = Object.entries(sentByKubectl).map(([command, base64]) => [command, decodeObject(bytesOf(base64))])

    expect(Object.fromEntries(decoded)).toEqual({
      'create namespace team-a': { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
      'create secret generic s1 --from-literal=a=b': {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's1' },
        data: { a: 'Yg==' },
      },
      'create deployment web --image=nginx --replicas 0 --port 80': {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', labels: { app: 'web' } },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }] }] },
          },
        },
      },
      'create service nodeport n --tcp=80:http --node-port=30080': {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'n', labels: { app: 'n' } },
        spec: {
          ports: [{ name: '80-http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 }],
          selector: { app: 'n' },
          type: 'NodePort',
        },
      },
      "create cronjob cj --image=busybox --schedule='* * * * *' -- sh -c echo": {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'cj' },
        spec: {
          schedule: '* * * * *',
          jobTemplate: {
            metadata: { name: 'cj' },
            spec: {
              template: {
                spec: {
                  containers: [{ name: 'cj', image: 'busybox', command: ['sh', '-c', 'echo'] }],
                  restartPolicy: 'OnFailure',
                },
              },
            },
          },
        },
      },
    })
  })

  it('puts the fields of a volume source, a probe and a key of a Secret where JSON has them', () => {
    const secretKey = part(3, part(4, all(part(1, text(1, 'login')), text(2, 'password'))))
    const container = all(text(1, 'app'), part(7, all(text(1, 'PASSWORD'), secretKey)), part(10, probe))
    const volume = all(text(1, 'data'), part(2, part(1, text(1, '/data'))))
    const pod = sent('Pod', part(2, all(part(1, volume), part(2, container))))

    expect(decodeObject(pod).spec).toEqual({
      volumes: [{ name: 'data', hostPath: { path: '/data' } }],
      containers: [
        {
          name: 'app',
          env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } }],
          livenessProbe: { httpGet: { port: 8080 }, periodSeconds: 5 },
        },
      ],
    })
  })

  it('tells a number that is 0 from one that is not set', () => {
    const given = sent('Pod', part(2, all(integer(4, 0), integer(25, -1))))
    const left = sent('Pod', part(2, all()))

    expect(decodeObject(given).spec).toEqual({ terminationGracePeriodSeconds: 0, priority: -1 })
    expect(decodeObject(left)).not.toHaveProperty('spec')
  })

  it('writes times, quantities and JSON that is carried as JSON has them', () => {
    const at = (field: number, seconds: number, nanoseconds: number) =>
      part(field, all(integer(1, seconds), integer(2, nanoseconds)))
    const managed = part(17, all(text(1, 'me'), at(4, 1_764_288_000, 0), part(7, text(1, '{"f:spec":{}}'))))
    const event = sent('Event', all(part(1, managed), part(6, all()), at(10, 1_764_288_000, 120_345_678)))
    const limit = part(1, all(text(1, 'cpu'), part(2, text(1, '100m'))))
    const pod = sent('Pod', part(2, part(2, part(8, limit))))

    expect(decodeObject(event)).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { managedFields: [{ manager: 'me', time: '2025-11-28T00:00:00Z', fieldsV1: { 'f:spec': {} } }] },
      eventTime: '2025-11-28T00:00:00.120345Z',
    })
    expect(decodeObject(pod).spec).toEqual({ containers: [{ resources: { limits: { cpu: '100m' } } }] })
  })

  it('reads numbers of a list one by one and packed, keys of any name, and leaves out what it does not know', () => {
    const packed: Write = writer =>
      writer.tag(4, WireType.LengthDelimited).bytes(written(inner => inner.int64(3).int64(4)))
    const groups = part(14, all(integer(4, 1), integer(4, 2), packed))
    const entry = part(11, all(text(1, '__proto__'), text(2, 'kept')))
    const decoded = decodeObject(
      sent('Pod', all(part(1, all(entry, part(11, text(1, 'empty')))), part(2, groups), text(99, 'x'))),
    )

    expect(decoded.spec).toEqual({ securityContext: { supplementalGroups: [1, 2, 3, 4] } })
    expect(JSON.stringify(decoded.metadata)).toBe('{"labels":{"__proto__":"kept","empty":""}}')
  })

  it.each([
    ['another beginning', Buffer.from('{"kind":"Pod"}'), 'expected the bytes k8s'],
    [
      'a kind that is never sent so',
      sent('Repository', all()),
      'expected a kind that is sent as protobuf, got "Repository"',
    ],
    ['nothing after the beginning', Buffer.from('k8s\0'), 'got ""'],
    ['an end in the middle', sent('Pod', part(1, text(1, 'app'))).subarray(0, -2), 'premature EOF'],
    [
      'text that is no UTF-8',
      sent(
        'Pod',
        part(
          1,
          part(1, writer => writer.raw(new Uint8Array([0xff]))),
        ),
      ),
      'utf-8',
    ],
  ])('is refused with %s', (_case, bytes, message) => {
    expect(() => decodeObject(bytes)).toThrow(message)
  })
})

function probe(writer: BinaryWriter): void {
  all(part(1, part(2, part(2, all(integer(1, 0), integer(2, 8080))))), integer(4, 5), integer(3, 0))(writer)
}
