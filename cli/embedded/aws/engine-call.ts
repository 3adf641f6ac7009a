import { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** What a client of DynamoDB sends. */
export interface EngineCall {
  /** `DynamoDB_20120810.PutItem` */
  readonly target: string
  readonly body: Uint8Array
}

export interface EngineAnswer {
  readonly status: number
  /** JSON. */
  readonly text: string
}

/** The engine asks for one and believes any. */
const authorization = 'AWS4-HMAC-SHA256 Credential=own, SignedHeaders=own, Signature=own'
const contentType = 'application/x-amz-json-1.0'

/** Hands a request to the engine as its server would, and gives back what it answers. */
export const callEngine = (engine: RequestListener, { target, body }: EngineCall): Promise<EngineAnswer> =>
  new Promise(resolve => {
    const headers = { 'x-amz-target': target, 'content-type': contentType, authorization, 'x-amz-date': 'now' }
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers })
    engine(request as unknown as IncomingMessage, new Answering(resolve) as unknown as ServerResponse)
    request.emit('data', Buffer.from(body.buffer, body.byteOffset, body.byteLength))
    request.emit('end')
  })

/** As much of a response as the engine uses. */
class Answering {
  statusCode = 200
  readonly #resolve: (answer: EngineAnswer) => void

  constructor(resolve: (answer: EngineAnswer) => void) {
    this.#resolve = resolve
  }

  setHeader(): void {}

  end(text = ''): void {
    this.#resolve({ status: this.statusCode, text })
  }
}
