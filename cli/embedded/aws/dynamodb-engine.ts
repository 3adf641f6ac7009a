import type { RequestListener, Server } from 'node:http'
import { join } from 'node:path'
import dynalite from 'dynalite'
import type { AccessKey } from '../access-key.ts'
import { guarded } from '../loopback-guard.ts'
import { closeIteratorsOnReturn } from './close-iterators.ts'
import { callEngine, type EngineAnswer, type EngineCall } from './engine-call.ts'
import { callLevelSeldom } from './level-calls.ts'
import { closeServer, listenOnLoopback } from './listen.ts'
import { signedListener } from './signed-listener.ts'

export interface EngineOptions {
  /** 0 takes any free one. */
  readonly port: number
  /** Of this process alone. */
  readonly dataDir: string
  readonly accessKey: AccessKey
}

export interface DynamodbEngine {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  /** A request of this process, without socket and signature. */
  call(call: EngineCall): Promise<EngineAnswer>
  close(): Promise<void>
}

export const openEngine = async ({ port, dataDir, accessKey }: EngineOptions): Promise<DynamodbEngine> => {
  closeIteratorsOnReturn()
  callLevelSeldom()
  const path = join(dataDir, 'leveldb')
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const engine = guardEngine(server, accessKey)
  try {
    const bound = await listenOnLoopback(server, port, 'the embedded DynamoDB')
    return {
      endpoint: `http://127.0.0.1:${bound}`,
      call: call => callEngine(engine, call),
      close: () => closeServer(server),
    }
  } catch (error) {
    // The engine lets go of its database only through a server that has listened.
    await listenOnLoopback(server, 0, 'the embedded DynamoDB')
    await closeServer(server)
    throw error
  }
}

/** The engine takes any signature, and answers every web page that it may read. */
const guardEngine = (server: Server, accessKey: AccessKey): RequestListener => {
  const [engine] = server.listeners('request') as RequestListener[]
  if (engine === undefined) throw new Error('expected an engine that listens for requests')
  server.removeAllListeners('request')
  server.on('request', guarded(signedListener(accessKey, engine)))
  return engine
}
