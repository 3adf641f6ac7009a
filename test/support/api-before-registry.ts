import { type FrontAnswer, type FrontRequest, startRegistryFront } from './registry-front.ts'

export interface AskedRequest extends FrontRequest {
  readonly body: Buffer
}

export type ApiAnswer = FrontAnswer
export type Answered = ApiAnswer | Response

export interface ApiBeforeRegistry {
  readonly url: string
  readonly host: string
  /** What shelflife asked, oldest first. */
  readonly requests: FrontRequest[]
  close(): Promise<void>
}

/** The same request to the registry behind. */
export type PassOn = (request: Pick<AskedRequest, 'method' | 'path'> & Partial<AskedRequest>) => Promise<Response>

/**
 * A vendor's own API and ways before a real registry that keeps manifests and blobs: `answer` has the first word on each
 * request, and says of those that it leaves to the registry what became of them.
 */
export async function startApiBeforeRegistry(
  answer: (request: AskedRequest, passOn: PassOn) => Promise<Answered>,
): Promise<ApiBeforeRegistry> {
  const front = await startRegistryFront((request, body, { passOn }) =>
    answer({ ...request, body }, ({ body: passed, ...rest }) => passOn(rest, passed)),
  )
  const { url, host, requests, close } = front
  return { url, host, requests, close }
}

/** A refusal in the form of the OCI specification. */
export const ociRefusal = (status: number, code: string, headers: Record<string, string> = {}): ApiAnswer => ({
  status,
  body: { errors: [{ code, message: 'as the vendor says it' }] },
  headers,
})

/** What a request at `/v2/` is about; undefined for all but manifests. */
export function manifestOf(path: string): { readonly repository: string; readonly reference: string } | undefined {
  const [, repository, reference] = /^\/v2\/(.+)\/manifests\/([^/?]+)/.exec(path) ?? []
  return repository === undefined || reference === undefined ? undefined : { repository, reference }
}
