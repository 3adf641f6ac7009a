import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitUntil } from '../real/parts/wait-until.ts'
import { namesOf, read, statusOf, synced, track, waitForStatus } from './objects.ts'
import { checkSyncStatus, cleanUpOldImages } from './seed-command-texts.ts'
import { linesOf, type Shell, shellIn, succeed } from './seed-shell.ts'
import { pushTags, type World } from './world.ts'

/**
 * The commands that people know from the page on the life of images, C1 to C17, as they are written there, each with what
 * comes of it, also where that is not what the page says. They name the namespace production, so they need an
 * installation of their own; `path` holds the folders of kubectl and jq. Commands for a host with Docker (`df`, `docker`:
 * C6, C13, C18) are not among them.
 */
export function seedCommandScenarios(world: () => World, path: () => string): void {
  describe('the commands of the page', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seed-commands-'))
    const shell = shellIn(folder, world, path)
    beforeAll(async () => {
      copyFileSync(world().kubeconfigPath, join(folder, 'kubeconfig'))
      await succeed(shell, 'kubectl config set-context --current --namespace=production')
      copyFileSync(new URL('documented.yaml', import.meta.url), join(folder, 'documented.yaml'))
      const infra = new URL('../../infra/cluster/', import.meta.url)
      copyFileSync(new URL('samples/repository.yaml', infra), join(folder, 'myapp-v1.2.3-repository.yaml'))
      copyFileSync(new URL('monitoring/prometheus-rule.yaml', infra), join(folder, 'prometheus-rule.yaml'))
      for (const object of around(world().registryHost)) await world().client.create(object)
      await pushTags(shell.scene, 'v1.0.0', 'v1.2.3', 'v1-old', 'v1-gold')
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    useCommands(shell)
    pipelineCommands(shell)
    failureCommands(shell)
    deleteCommands(shell)
    scriptTexts(shell)
  })
}

/** `registry` is the one that `track` names. */
function around(domain: string): KubernetesObject[] {
  const secrets = ['harbor-prod', 'registry'].map(name => ({
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'RegistrySecret',
    metadata: { namespace: 'production', name },
    spec: { domain },
  }))
  const namespaces = ['production', 'staging'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }))
  return [...namespaces, ...secrets]
}

function useCommands(shell: Shell): void {
  it('apply the objects of the page, and list them (C17)', async () => {
    await succeed(shell, 'kubectl apply -f documented.yaml')
    await synced(shell.scene, 'myapp-v1.0.0')

    const [head, ...rows] = linesOf(await succeed(shell, 'kubectl get repositories'))

    expect(head).toEqual(expect.arrayContaining(['NAME', 'REPOSITORY', 'TAG', 'DOMAIN', 'SYNCSTATUS', 'LASTSYNCED']))
    expect(head?.slice(-3)).toEqual(['AGE', 'READY', 'STATUS'])
    expect(rows).toContainEqual(
      expect.arrayContaining(['myapp-v1.0.0', 'myapp/myapp', 'v1.0.0', 'Success', 'True', 'synced;']),
    )
    expect(await namesOf(shell.scene, 'ImageCleanupPolicy')).toEqual(['auto-cleanup'])
  })

  it('refuse a PrometheusRule where no operator for Prometheus is installed (C17)', async () => {
    const { stderr, exitCode } = await shell.run('kubectl apply -f prometheus-rule.yaml')

    expect(exitCode).toBe(1)
    // The embedded API says the second: it has no list of all kinds to validate by.
    expect(stderr).toMatch(/no matches for kind "PrometheusRule"|could not find the requested resource/)
  })

  it('tell of each RegistrySecret whether it was verified (C1, C10)', async () => {
    for (const name of ['harbor-prod', 'registry'])
      await waitForStatus(shell.scene, 'RegistrySecret', name, 'a success', status => status.verifyStatus === 'success')
    const command = String.raw`kubectl get registrysecrets -o custom-columns=NAME:.metadata.name,STATUS:.metadata.annotations.'theriseunion\.io/verify-status'`
    const expected = [
      ['NAME', 'STATUS'],
      ['harbor-prod', 'success'],
      ['registry', 'success'],
    ]

    await waitUntil(async () => (await succeed(shell, command)).match(/success/g)?.length === 2 || undefined, {
      what: 'the annotations to mirror the statuses',
    })

    expect(linesOf(await succeed(shell, command))).toEqual(expected)
    const [head, row] = linesOf(await succeed(shell, 'kubectl get registrysecrets -o wide'))
    expect(head?.slice(-3)).toEqual(['LATENCY-MS', 'FAILURES', 'MESSAGE'])
    expect(row?.slice(0, 4)).toEqual(['harbor-prod', shell.scene.world.registryHost, 'other', 'success'])
    expect(row?.join(' ')).toMatch(/ True the registry answers/)
  })

  it('tell of each Repository whether and when it was synced (C2)', async () => {
    await track(shell.scene, 'v9.9.9', 'myapp-failed')
    const failed = await statusOf(shell.scene, 'myapp-failed', 'its failure', status => status.syncStatus === 'Failed')
    const { lastSynced } = await synced(shell.scene, 'myapp-v1.0.0')
    const command =
      'kubectl get repositories -o custom-columns=NAME:.metadata.name,STATUS:.status.syncStatus,LAST_SYNC:.status.lastSynced'

    const lines = linesOf(await succeed(shell, command))

    expect(lines[0]).toEqual(['NAME', 'STATUS', 'LAST_SYNC'])
    expect(lines).toContainEqual(['myapp-v1.0.0', 'Success', lastSynced])
    expect(lines).toContainEqual(['myapp-failed', 'Failed', failed.lastSynced ?? '<none>'])
  })
}

function pipelineCommands(shell: Shell): void {
  it('apply a version and wait until it is known (C7, C8)', async () => {
    const apply = 'kubectl apply -f myapp-v1.2.3-repository.yaml'

    expect(await succeed(shell, apply)).toMatch(/myapp-v1\.2\.3 created/)
    const met = await succeed(shell, 'kubectl wait --for=condition=Synced repository/myapp-v1.2.3')

    expect(met).toMatch(/myapp-v1\.2\.3 condition met/)
    const { status } = await read(shell.scene, 'Repository', 'myapp-v1.2.3')
    expect(status).toMatchObject({ syncStatus: 'Success', digest: expect.stringMatching(/^sha256:/) })
    expect(await succeed(shell, apply)).toMatch(/myapp-v1\.2\.3 unchanged/)
  })

  it('set the image of the Deployment by the name that it has, and of none by another (C9)', async () => {
    const wrong = await shell.run('kubectl set image deployment/myapp myapp=harbor.example.com/myapp:v1.2.3')
    const right = 'kubectl set image deployment/myapp-deployment myapp=harbor.example.com/myapp:v1.2.3'

    expect(wrong.exitCode).toBe(1)
    expect(wrong.stderr).toContain('deployments.apps "myapp" not found')
    expect(await succeed(shell, right)).toMatch(/myapp-deployment image updated/)
    const image = "kubectl get deployment myapp-deployment -o jsonpath='{.spec.template.spec.containers[0].image}'"
    expect(await succeed(shell, image)).toBe('harbor.example.com/myapp:v1.2.3')
  })
}

function failureCommands(shell: Shell): void {
  it('describe a failure with its condition and its Event (C11)', async () => {
    const command = 'kubectl describe repository myapp-failed -n production'

    const described = await waitUntil(
      async () => {
        const text = await succeed(shell, command)
        return /^ +Warning +TagNotFound /m.test(text) ? text : undefined
      },
      { what: 'the Event of the failure' },
    )

    expect(described).toMatch(/^ +Reason: +TagNotFound$/m)
    expect(described).toMatch(/^ +Sync Status: +Failed$/m)
  })

  it('sync by hand, the second time as well (C12)', async () => {
    const command = 'kubectl annotate repository myapp-failed -n production \\\n  theriseunion.io/manual-sync="true"'
    await pushTags(shell.scene, 'v9.9.9')
    await synced(shell.scene, 'myapp-failed')

    for (const _ of ['first', 'second']) {
      const { answeredSync } = await synced(shell.scene, 'myapp-failed')
      expect(await succeed(shell, command)).toMatch(/myapp-failed annotated/)
      const again = await statusOf(shell.scene, 'myapp-failed', 'the answer', status => {
        return status.syncStatus === 'Success' && status.answeredSync !== answeredSync
      })
      expect(again.lastHandledManualSync).toBe('true')
      const { metadata } = await read(shell.scene, 'Repository', 'myapp-failed')
      expect(metadata?.annotations ?? {}).not.toHaveProperty(['theriseunion.io/manual-sync'])
    }
  })
}

function deleteCommands(shell: Shell): void {
  it('delete one object, and find by grep what has a longer name (C3, C5)', async () => {
    const find = 'kubectl get repositories -n production | grep myapp-old-version'
    for (const name of ['myapp-old-version', 'myapp-old-version-2']) await track(shell.scene, 'v1.0.0', name)

    const deleted = await succeed(shell, 'kubectl delete repository myapp-old-version -n production')

    expect(deleted).toContain('"myapp-old-version" deleted')
    expect(linesOf(await succeed(shell, find)).map(([name]) => name)).toEqual(['myapp-old-version-2'])
    await succeed(shell, 'kubectl delete repository myapp-old-version-2 -n production')
    expect(await shell.run(find)).toEqual({ stdout: '', stderr: '', exitCode: 1 })
  })

  it('delete by a part of the tag, until an object comes that has none (C4)', async () => {
    const command = `kubectl get repositories -n production -o json | \\
  jq -r '.items[] | select(.spec.tag | contains("old")) | .metadata.name' | \\
  xargs -I {} kubectl delete repository {} -n production`
    for (const [tag, name] of [
      ['v1-old', 'a-old'],
      ['v1-gold', 'b-gold'],
    ] as const)
      await track(shell.scene, tag, name)
    const before = await namesOf(shell.scene, 'Repository')

    await succeed(shell, command)

    const left = before.filter(name => !['a-old', 'b-gold'].includes(name))
    expect(await namesOf(shell.scene, 'Repository')).toEqual(left)
    await track(shell.scene)
    await track(shell.scene, 'v1-old', 'z-old')
    expect((await shell.run(command)).stderr).toContain('cannot have their containment checked')
    expect(await namesOf(shell.scene, 'Repository')).toEqual([...left, 'whole', 'z-old'].sort())
  })

  it('delete by label (C14)', async () => {
    for (const name of ['labelled-1', 'labelled-2', 'plain']) await track(shell.scene, 'v1.0.0', name)
    for (const name of ['labelled-1', 'labelled-2'])
      await succeed(shell, `kubectl label repository ${name} -n production version=old`)

    const deleted = await succeed(shell, 'kubectl delete repository -l version=old -n production')

    expect(deleted.match(/"labelled-\d" deleted/g)).toHaveLength(2)
    const names = await namesOf(shell.scene, 'Repository')
    expect(names.filter(name => /^(labelled|plain)/.test(name))).toEqual(['plain'])
  })
}

function scriptTexts(shell: Shell): void {
  it('run the script that cleans up, which deletes nothing (C15)', async () => {
    const before = await namesOf(shell.scene, 'Repository')

    const stdout = await succeed(shell, cleanUpOldImages)

    expect(stdout).toContain('处理镜像: myapp-v1.0.0\n')
    expect(stdout).not.toContain('删除版本')
    expect(await namesOf(shell.scene, 'Repository')).toEqual(before)
  })

  it('run the script that checks, which asks for objects that are not there (C16)', async () => {
    const { stdout, stderr } = await shell.run(checkSyncStatus)

    expect(stdout).toContain('[production/production] 状态: , 最后同步: \n')
    expect(stderr).toContain('"production" not found')
    const one = "kubectl get repository myapp-v1.0.0 -n production -o jsonpath='{.status.syncStatus}'"
    expect(await succeed(shell, one)).toBe('Success')
  })
}
