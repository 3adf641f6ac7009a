import { parentPort, workerData } from 'node:worker_threads'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { ThreadRequest, ThreadTold } from './dynamodb.ts'
import { type DynamodbEngine, type EngineOptions, openEngine } from './dynamodb-engine.ts'

const tell = (told: ThreadTold, moved: ArrayBuffer[] = []): void => parentPort?.postMessage(told, moved)

/** The one who started the thread gave it these. */
const options: EngineOptions = workerData

try {
  const engine = await openEngine(options)
  parentPort?.on('message', (request: ThreadRequest) => void take(engine, request))
  tell({ kind: 'open', endpoint: engine.endpoint })
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error
  tell({ kind: 'refused', problem: error.message })
}

async function take(engine: DynamodbEngine, request: ThreadRequest): Promise<void> {
  if (request.kind === 'close') {
    await engine.close()
    // Nothing else keeps the thread from its end.
    parentPort?.close()
    return
  }
  const { status, body } = await engine.call(request)
  tell({ kind: 'answer', id: request.id, status, body }, [body.buffer])
}
