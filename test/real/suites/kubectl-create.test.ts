import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { LoopbackCluster } from '../../cli/embedded/kubernetes/loopback-cluster.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { readProtobufMessages } from '../parts/protobuf-messages.ts'
import { runKubectl } from '../parts/tools.ts'

let real: Cluster
let embedded: LoopbackCluster
beforeAll(async () => {
  ;[real, embedded] = await Promise.all([startCluster(), LoopbackCluster.start()])
})
afterAll(async () => {
  await Promise.all([real?.stop(), embedded?.stop()])
})

async function onBoth(args: readonly string[], input?: string): Promise<string[]> {
  const paths = [embedded.running.kubeconfigPath, real.kubeconfigPath]
  const results = await Promise.all(paths.map(path => runKubectl(path, args, input)))
  return results.map(({ exitCode, stdout, stderr }) => (exitCode === 0 ? stdout : `${exitCode}: ${stderr}`))
}

/** As JSON, without what each server makes up by itself, and what only a cluster with a network has. */
async function shownOnBoth(...args: string[]): Promise<unknown[]> {
  return (await onBoth(['get', ...args, '-o', 'json'])).map(text => {
    const uids = [...text.matchAll(/"uid": "([^"]+)"/g)].map(([, uid = '']) => uid)
    const object = JSON.parse(uids.reduce((left, uid) => left.replaceAll(uid, 'UID'), text))
    const { resourceVersion: _, creationTimestamp: __, generation: ___, ...metadata } = object.metadata
    const {
      clusterIP: ____,
      clusterIPs: _____,
      ipFamilies: ______,
      ipFamilyPolicy: _______,
      ...spec
    } = object.spec ?? {}
    for (const port of spec.ports ?? []) if (spec.type !== 'ClusterIP') delete port.nodePort
    return { ...object, metadata, spec, status: undefined }
  })
}

describe('on the embedded API as on a real one', () => {
  it.each([
    ['namespace', ['create', 'namespace', 'team-a'], 'team-a'],
    ['secret', ['create', 'secret', 'generic', 'plain', '--from-literal=a=b', '--type=example.com/kind'], 'plain'],
    [
      'secret',
      [
        ...['create', 'secret', 'docker-registry', 'pull', '--docker-server=registry.example.com'],
        ...['--docker-username=u', '--docker-password=p'],
      ],
      'pull',
    ],
    ['service', ['create', 'service', 'clusterip', 'inner', '--tcp=80:8080'], 'inner'],
    ['service', ['create', 'service', 'nodeport', 'outer', '--tcp=80:http'], 'outer'],
    ['service', ['create', 'service', 'externalname', 'named', '--external-name=db.example.com'], 'named'],
    ['deployment', ['create', 'deployment', 'web', '--image=nginx', '--replicas=0', '--port=80'], 'web'],
    ['job', ['create', 'job', 'once', '--image=busybox', '--', 'true'], 'once'],
    ['cronjob', ['create', 'cronjob', 'often', '--image=busybox', '--schedule=*/5 * * * *'], 'often'],
    ['configmap', ['create', 'configmap', 'settings', '--from-literal=a=b'], 'settings'],
    ['serviceaccount', ['create', 'serviceaccount', 'worker'], 'worker'],
    ['pod', ['run', 'shell', '--image=busybox', '--restart=Never', '--env=A=b'], 'shell'],
    ['service', ['expose', 'pod', 'shell', '--port=80'], 'shell'],
  ])('%s: kubectl %j', async (kind, args, name) => {
    const [printed, expected] = await onBoth(args)

    expect(printed).toBe(expected)
    expect(printed).toMatch(/ (created|exposed)\n$/)
    const [object, twin] = await shownOnBoth(kind, name)
    expect(object).toEqual(twin)
  })

  it('kubectl create says the same of what is there already', async () => {
    const [printed, expected] = await onBoth(['create', 'namespace', 'default'])

    expect(printed).toBe(expected)
    expect(printed).toContain('AlreadyExists')
  })

  it('kubectl apply takes a file with kind: List', async () => {
    const items = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'listed' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace: 'listed' }, stringData: { a: 'b' } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'two', namespace: 'listed' },
        spec: { ports: [{ port: 80 }] },
      },
    ]
    const list = stringify({ apiVersion: 'v1', kind: 'List', items })

    const [first, expectedFirst] = await onBoth(['apply', '-f', '-'], list)
    const [again, expectedAgain] = await onBoth(['apply', '-f', '-'], list)
    const [onServer, expectedOnServer] = await onBoth(['apply', '--server-side', '-f', '-'], list)

    expect(first).toBe(expectedFirst)
    expect(first).toBe('namespace/listed created\nsecret/one created\nservice/two created\n')
    expect([again, onServer]).toEqual([expectedAgain, expectedOnServer])
  })

  it('kubectl get -o yaml of several kinds is a List that can be applied', async () => {
    const lists = await onBoth(['get', 'service,secret', '-n', 'listed', '-o', 'yaml'])

    const applied = await Promise.all(
      [embedded.running.kubeconfigPath, real.kubeconfigPath].map((path, index) =>
        runKubectl(path, ['apply', '--dry-run=server', '-f', '-'], lists[index]),
      ),
    )
    expect(lists[0]).toMatch(/^apiVersion: v1\nitems:\n(?:.|\n)*\nkind: List\n/)
    expect(applied[0]).toEqual(applied[1])
    expect(applied[0]?.stdout).toContain('service/two configured')
  })
})

it('the fields that the embedded API reads of protobuf are those of this Kubernetes', async () => {
  const file = new URL('../../../cli/embedded/kubernetes/protobuf/messages.json', import.meta.url)

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(await readProtobufMessages())
})
