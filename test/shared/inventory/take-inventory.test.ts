import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsageRecord } from '../../../shared/domain/records/workloads.ts'
import { workloadText } from '../../../shared/domain/retention/rules/in-use.ts'
import { currentReferences } from '../../../shared/domain/usage-records.ts'
import { AccessDeniedError, StoreUnavailableError, UnavailableError } from '../../../shared/errors.ts'
import { takeInventory } from '../../../shared/inventory/take-inventory.ts'
import type { WorkloadSource } from '../../../shared/ports/workload-source.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { at, digestOf } from '../../support/records.ts'
import { rulebookWith } from '../../support/rulebook.ts'
import { noEvents, recordingBus } from '../../support/webhook-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

function start() {
  const cluster = createMemoryCluster(`c-${randomUUID()}`)
  const repository = `registry.example.com/team/${randomUUID()}`
  const take = (seconds: number) =>
    takeInventory(cluster, {
      store: local.store,
      events: noEvents,
      canonicalHost: host => (host === 'alias.example.com' ? 'registry.example.com' : host),
      canonicalPath: (_: string, path: string) => path,
      isConfigured: () => true,
      now: () => at(seconds),
    })
  return { cluster, repository, take, usage: () => local.store.listUsage(repository) }
}

describe('a repository that is used otherwise than before', () => {
  const listening = () => {
    const { cluster, repository } = start()
    const { events, published } = recordingBus()
    const take = async (seconds: number, kill = createKillPoint()) => {
      const deps = { store: kill.wrap(local.store), events: kill.wrap(events), now: () => at(seconds) }
      await takeInventory(cluster, { ...rulebookWith(), ...deps })
      return published.splice(0)
    }
    const [registry = '', ...path] = repository.split('/')
    return { cluster, repository, take, told: { type: 'RepositorySynced', registry, repository: path.join('/') } }
  }

  it('is told once', async () => {
    const { cluster, repository, take, told } = listening()
    expect(await take(0)).toEqual([])
    cluster.run('web', `${repository}:v1`)
    cluster.run('anywhere', digestOf('one'))

    expect(await take(60)).toEqual([told])
    expect(await take(120)).toEqual([])
  })

  it('is told though the inventory is killed after any call', async () => {
    for (let last = 1; ; last++) {
      const { cluster, repository, take, told } = listening()
      cluster.run('web', `${repository}:v1`)
      let wasKilled = false
      const first = await take(60, createKillPoint(last)).catch(error => {
        if (!(error instanceof KilledError)) throw error
        wasKilled = true
        return []
      })

      expect([...first, ...(await take(120))], `killed after call ${last}`).toContainEqual(told)
      if (!wasKilled) break
    }
  })
})

it('B24 records a reference under the canonical name of its registry', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('web', `${repository.replace('registry.', 'alias.')}:v1`)

  await take(0)

  expect(await usage()).toMatchObject([{ image: `${repository}:v1`, cluster: cluster.name, firstSeenAt: at(0) }])
})

it('I6 records a reference by digest alone for every repository', async () => {
  const { cluster, take } = start()
  cluster.run('web', digestOf('one'))

  await take(0)

  const everywhere = await local.store.listUsage('*')
  expect(everywhere.filter(record => record.cluster === cluster.name)).toMatchObject([{ image: digestOf('one') }])
})

it('I33 records a reference whose tag is a template, or whose digest is of another algorithm, for the whole repository', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('templated', `${repository.replace('registry.', 'alias.')}:{{workflow.parameters.tag}}`)
  cluster.run('sha512', `${repository}:v1@sha512:${'a'.repeat(128)}`)
  cluster.run('unknown', '{{workflow.parameters.image}}')

  await take(0)

  const whole = `${repository}@sha256:${'0'.repeat(64)}`
  const records = await usage()
  expect(records.map(({ name, image }) => `${name} ${image}`).sort()).toEqual([`sha512 ${whole}`, `templated ${whole}`])
  expect(currentReferences(records, digestOf('any'), [])).toHaveLength(2)
})

it('keeps a workload of the whole cluster apart from those of namespaces', async () => {
  const { cluster, repository, take, usage } = start()
  const image = `${repository}:v1`
  const found = { cluster: cluster.name, kind: 'ClusterWorkflowTemplate', name: 'nightly', image, lastSeenAt: at(0) }
  cluster.workloads.push({ ...found, namespace: '-' }, { ...found, kind: 'WorkflowTemplate', namespace: 'team' })

  await take(0)
  expect((await take(60)).changed).toEqual([])

  expect((await usage()).map(workloadText).sort()).toEqual([
    `ClusterWorkflowTemplate nightly in cluster ${cluster.name}`,
    `WorkflowTemplate team/nightly in cluster ${cluster.name}`,
  ])
})

it('writes nothing for what stayed, and ends what is gone', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('web', `${repository}:v1`)
  await take(0)

  expect((await take(60)).changed).toEqual([])
  cluster.workloads.length = 0
  await take(120)

  expect(await usage()).toMatchObject([{ firstSeenAt: at(0), endedAt: at(120) }])
})

describe('how a reference is pulled', () => {
  it('is noted, also where the workload spells its image in another way as well', async () => {
    const { cluster, repository, take, usage } = start()
    cluster.run('web', `${repository}:v1`)
    cluster.run('web', repository.replace('registry', 'alias').concat(':v1'))
    const [workload] = cluster.workloads.splice(0, 1)
    if (workload) cluster.workloads.unshift({ ...workload, ifNotPresent: true })

    await take(0)

    expect(await usage()).toMatchObject([{ ifNotPresent: true }])
  })

  it('is written when it changes, and moves no image and tells nobody', async () => {
    const { cluster, repository, usage } = start()
    const { events, published } = recordingBus()
    const take = (seconds: number) => {
      const deps = { ...rulebookWith(), store: local.store, events, now: () => at(seconds) }
      return takeInventory(cluster, deps)
    }
    cluster.run('web', `${repository}:v1`)
    await take(0)
    const [workload] = cluster.workloads.splice(0)
    published.splice(0)

    if (workload) cluster.workloads.push({ ...workload, ifNotPresent: true })
    await take(60)
    const [once] = await usage()
    if (workload) cluster.workloads.splice(0, 1, workload)
    await take(120)

    expect(once).toMatchObject({ ifNotPresent: true, firstSeenAt: at(0) })
    expect((await usage())[0]).not.toHaveProperty('ifNotPresent')
    expect(published).toEqual([])
  })
})

it('brings back a reference that had ended', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('web', `${repository}:v1`)
  await take(0)
  const [workload] = cluster.workloads.splice(0)
  await take(60)
  if (workload) cluster.workloads.push(workload)

  await take(120)

  expect((await usage())[0]).not.toHaveProperty('endedAt')
})

it('F27 a listing that fails ends nothing, and is recorded as incomplete', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('web', `${repository}:v1`)
  await take(0)
  cluster.listWorkloads = async () => {
    throw new UnavailableError('410 Gone', { kind: 'server' })
  }

  const result = await take(60)

  expect(result).toMatchObject({ complete: false, changed: [] })
  expect((await usage())[0]).not.toHaveProperty('endedAt')
  expect(await local.store.findInventory(cluster.name)).toMatchObject({ complete: false, workloads: 1 })
})

describe('a source that is not asked now', () => {
  const silence = 'account 210987654321 is SUSPENDED'
  function startSilent() {
    const { cluster, repository, usage } = start()
    const isAsked = { times: 0 }
    const take = (seconds: number, rest: Partial<WorkloadSource>) => {
      const listWorkloads = async () => {
        isAsked.times += 1
        return cluster.workloads
      }
      const deps = { ...rulebookWith(), store: local.store, events: noEvents, now: () => at(seconds) }
      return takeInventory({ name: cluster.name, listWorkloads, ...rest }, deps)
    }
    const listWorkloads = async () => {
      throw new AccessDeniedError('no such role')
    }
    cluster.run('api', `${repository}:v1`)
    return { name: cluster.name, take, usage, isAsked, failing: { listWorkloads } }
  }

  it.each([
    ['was listed', 0],
    ['could be listed once, and not since', 1],
  ])('is known where it %s, and all its use stays', async (_, failures) => {
    const { name, take, usage, isAsked, failing } = startSilent()
    await take(0, {})
    if (failures > 0) for (const seconds of [60, 120]) await take(seconds, failing)

    const results = [await take(3600, { silence }), await take(7200, { silence })]

    expect(results).toMatchObject([
      { complete: true, changed: [], message: `not asked, and what it was known to use stays: ${silence}` },
      { complete: true, changed: [] },
    ])
    expect((await usage())[0]).not.toHaveProperty('endedAt')
    expect(await local.store.findInventory(name)).toMatchObject({ complete: true, startedAt: at(7200), workloads: 1 })
    expect(isAsked.times).toBe(1)
  })

  it.each([
    ['never was', 0],
    ['never could be', 1],
  ])('is not known where it %s listed, and says how to leave it out', async (_, failures) => {
    const { name, take, isAsked, failing } = startSilent()
    if (failures > 0) for (const seconds of [0, 60]) await take(seconds, failing)

    for (const seconds of [120, 180]) await take(seconds, { silence })

    expect(await local.store.findInventory(name)).toMatchObject({
      complete: false,
      message: `listing failed: expected a listing of before, got none, and it is not asked now: ${silence}; name it in exclude once nothing runs there`,
    })
    expect(isAsked.times).toBe(0)
  })

  it('tells of what an inventory recorded that was killed', async () => {
    const { cluster, repository } = start()
    const { events, published } = recordingBus()
    const depsAt = (seconds: number) => ({ ...rulebookWith(), events, now: () => at(seconds), store: local.store })
    await takeInventory(cluster, depsAt(0))
    cluster.run('web', `${repository}:v1`)
    const saveUsage = async (records: readonly UsageRecord[]) => {
      await local.store.saveUsage(records)
      throw new KilledError('killed after saveUsage')
    }
    await takeInventory(cluster, { ...depsAt(60), store: { ...local.store, saveUsage } }).catch(() => undefined)
    expect(published).toEqual([])

    await takeInventory({ ...cluster, silence }, depsAt(120))

    expect(published).toHaveLength(1)
  })
})

it('fails when our own store does not answer', async () => {
  const { cluster } = start()
  const store = {
    ...local.store,
    saveUsage: async () => {
      throw new StoreUnavailableError('the table is down', { kind: 'server' })
    },
  }

  const taking = takeInventory(cluster, {
    store,
    events: noEvents,
    canonicalHost: host => host,
    canonicalPath: (_: string, path: string) => path,
    isConfigured: () => true,
    now: () => at(0),
  })

  await expect(taking).rejects.toThrow('the table is down')
  expect(await local.store.findInventory(cluster.name)).toBeUndefined()
})

it('what no runtime can pull protects nothing and harms nothing', async () => {
  const { cluster, repository, take, usage } = start()
  cluster.run('odd', 'not an image!!')
  cluster.run('web', `${repository}:v1`)

  expect((await take(0)).complete).toBe(true)

  expect(await usage()).toHaveLength(1)
})

it('lets what pods of other names have used be forgotten, all but the latest', async () => {
  const { cluster, repository, take, usage } = start()
  for (const [second, pod] of ['web-1', 'web-2', 'web-3'].entries()) {
    cluster.workloads.length = 0
    cluster.run(pod, `${repository}:v1`)
    await take(second * 60)
  }
  const expiring = async () =>
    (await usage()).flatMap(({ name, expiresAtSeconds }) => (expiresAtSeconds === undefined ? [] : [name])).sort()
  expect(await expiring()).toEqual(['web-1', 'web-2'])

  cluster.workloads.length = 0
  await take(240)
  expect(await expiring()).toEqual(['web-1', 'web-2'])
  cluster.run('web-1', `${repository}:v1`)
  await take(300)

  expect(await expiring()).toEqual(['web-2', 'web-3'])
})

it('F10 does not end what a listing that began later has recorded', async () => {
  const { cluster, repository, take, usage } = start()
  await take(0)
  const deps = {
    store: local.store,
    events: noEvents,
    canonicalHost: (host: string) => host,
    canonicalPath: (_: string, path: string) => path,
    isConfigured: () => true,
    now: () => at(60),
  }
  const older = takeInventory(
    {
      ...cluster,
      listWorkloads: async () => {
        cluster.run('web', `${repository}:v1`)
        await take(70)
        return []
      },
    },
    deps,
  )

  await older

  expect(await usage()).toMatchObject([{ image: `${repository}:v1` }])
  expect((await usage())[0]).not.toHaveProperty('endedAt')
})

describe('missing rights', () => {
  function startAsking() {
    const { cluster } = start()
    let asked = 0
    const say = (answer: () => Promise<readonly string[]>) => {
      cluster.listMissingRights = () => {
        asked += 1
        return answer()
      }
    }
    const take = async (seconds: number, asksForRights = true) => {
      const deps = { ...rulebookWith(), store: local.store, events: noEvents, now: () => at(seconds) }
      await takeInventory(cluster, { ...deps, asksForRights })
      return local.store.findInventory(cluster.name)
    }
    return { cluster, say, take, asked: () => asked }
  }

  it('are recorded, and asked for each time while there are some', async () => {
    const { say, take, asked } = startAsking()
    say(async () => ['list pods'])

    expect(await take(0)).toMatchObject({ missingRights: ['list pods'], rightsAskedAt: at(0) })
    say(async () => [])
    expect(await take(60)).toMatchObject({ missingRights: [], rightsAskedAt: at(60) })
    expect(asked()).toBe(2)
  })

  it('are asked for once an hour where there are none', async () => {
    const { say, take, asked } = startAsking()
    say(async () => [])

    for (const seconds of [0, 60, 3599]) await take(seconds)
    expect(asked()).toBe(1)
    await take(3600)

    expect(asked()).toBe(2)
  })

  it('are recorded too where the listing fails for them', async () => {
    const { cluster, say, take } = startAsking()
    say(async () => ['list pods'])
    cluster.listWorkloads = async () => {
      throw new AccessDeniedError('the API server answered 403')
    }

    expect(await take(0)).toMatchObject({ complete: false, missingRights: ['list pods'] })
  })

  it('F43 are asked for at once after a listing that failed, since a kind that was installed needs another right', async () => {
    const { cluster, say, take, asked } = startAsking()
    const { listWorkloads } = cluster
    say(async () => [])
    await take(0)
    cluster.listWorkloads = async () => {
      throw new AccessDeniedError('the API server answered 403')
    }
    await take(60)
    expect(asked()).toBe(1)
    say(async () => ['list workflows.argoproj.io'])

    expect(await take(120)).toMatchObject({ complete: false, missingRights: ['list workflows.argoproj.io'] })
    cluster.listWorkloads = listWorkloads
    say(async () => [])
    expect(await take(180)).toMatchObject({ complete: true, missingRights: [] })
  })

  it('stay as they were known where the cluster does not answer, or nobody asks', async () => {
    const { say, take } = startAsking()
    say(async () => ['list pods'])
    await take(0)
    say(async () => {
      throw new UnavailableError('no answer', { kind: 'timeout' })
    })

    expect(await take(60)).toMatchObject({ complete: true, missingRights: ['list pods'], rightsAskedAt: at(0) })
    expect(await take(120, false)).toMatchObject({ missingRights: ['list pods'], rightsAskedAt: at(0) })
  })

  it('are not known before anybody asked', async () => {
    const { take } = startAsking()

    expect(await take(0, false)).not.toHaveProperty('missingRights')
  })
})
