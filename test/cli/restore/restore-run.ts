import { Writable } from 'node:stream'
import type { RestoreInstallation } from '../../../cli/restore/restore.ts'
import { type RestoreAsked, runRestore } from '../../../cli/restore/run-restore.ts'
import { parseSettings } from '../../../shared/settings.ts'
import type { Loopback } from '../../support/loopback.ts'
import type { RestoreFixture } from '../../support/restore-fixture.ts'
import { rulebookWith } from '../../support/rulebook.ts'

export interface RestoreRun {
  readonly isWhole: boolean
  readonly stdout: string
  readonly stderr: string
}

/** The installation of a fixture, with the real clients of its registry and its store. */
export function installationOf(world: Loopback, fixture: RestoreFixture): RestoreInstallation {
  const settings = parseSettings({
    clusters: [{ name: 'eu-1', kubeconfigSecret: 'unused' }],
    registries: [{ host: world.host, endpoint: `http://${world.host}`, aliases: ['registry.example.com'] }],
  })
  return {
    settings,
    store: world.store,
    secrets: {
      findSecret: async () => undefined,
      deleteSecret: async () => undefined,
      putSecret: async () => undefined,
    },
    archive: fixture.archive,
    layers: fixture.layers,
    rulebook: rulebookWith({ canonicalHost: host => (host === 'registry.example.com' ? world.host : host) }),
    connectClusters: async () => [fixture.cluster],
    findActor: async () => 'person alice',
    findId: async () => '123456789012/eu-west-1/shelflife',
  }
}

/** What the command prints; on a `terminal` both outputs are one. */
export async function restoreHere(
  asked: Partial<RestoreAsked>,
  installation: RestoreInstallation,
  { terminal = false }: { readonly terminal?: boolean } = {},
): Promise<RestoreRun> {
  let [stdout, stderr] = ['', '']
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    stdout += chunk.toString()
    done()
  }
  const streams = {
    stdout: Object.assign(new Writable({ write }), { isTTY: terminal }),
    stderr: {
      isTTY: terminal,
      write: (text: string) => {
        stderr += text
      },
    },
    env: {},
  }
  const whole = { images: [], dryRun: false, output: 'table' as const, ...asked }
  const isWhole = await runRestore(whole, installation, streams)
  return { isWhole, stdout, stderr }
}
