import { join } from 'node:path'
import { type Background, startBackground } from './background.ts'
import { readParts } from './cache.ts'
import { freePort } from './free-port.ts'

export interface Etcd extends Background {
  url: string
}

export async function startEtcd(folder: string): Promise<Etcd> {
  const url = `http://127.0.0.1:${await freePort()}`
  const peers = `http://127.0.0.1:${await freePort()}`
  const args = [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]
  const isReady = async () => (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })).ok
  return { url, ...(await startBackground({ command: readParts().etcd, args, folder, isReady })) }
}
