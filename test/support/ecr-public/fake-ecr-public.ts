import type { Digest } from '../../../shared/domain/digest.ts'
import { EcrRepository } from '../../scenarios/incidents/ecr-repository.ts'
import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import {
  type FrontAnswer,
  type FrontRequest,
  type RegistryFront,
  startRegistryFront,
  v2Error,
  v2PathOf,
} from '../registry-front.ts'

/** What GetAuthorizationToken gives. */
const login = { username: 'AWS', password: 'public-token' }
/** What others push with. */
export const pushersToken = { authorization: 'Bearer may-push' }
const anonymous = 'Bearer anonymous'
const shownAlias = 'acme'
/** Under which the account is known. One is not given to it yet. */
const aliases = [
  { name: 'a1b2c3d4', status: 'ACTIVE', primaryRegistryAlias: false, defaultRegistryAlias: true },
  { name: shownAlias, status: 'ACTIVE', primaryRegistryAlias: true, defaultRegistryAlias: false },
  { name: 'nginx', status: 'PENDING', primaryRegistryAlias: false, defaultRegistryAlias: false },
] as const

export interface FakeEcrPublic extends RegistryFront {
  readonly calls: EcrCall[]
  readonly state: {
    /** Asked first; what it answers is sent in the place of the API's own answer. */
    answer: (call: EcrCall) => EcrAnswer | undefined
  }
  /** A repository by its path; one whose alias is not the account's is another's. */
  create(path: string): EcrRepository
}

interface Repository {
  readonly images: EcrRepository
  readonly pushed: Set<Digest>
}

/**
 * ECR Public as its documentation describes it, before a real registry that keeps manifests and blobs: the API of the
 * account, which knows repositories by their names without an alias, and the registry, which everybody reads with a token
 * that is anybody's. It is pushed to with one of the account, and takes no delete.
 *
 * @see https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/Welcome.html
 */
export async function startFakeEcrPublic(): Promise<FakeEcrPublic> {
  const repositories = new Map<string, Repository>()
  const calls: EcrCall[] = []
  const state: FakeEcrPublic['state'] = { answer: () => undefined }
  const front = await startRegistryFront(async (request, body, own) => {
    if (request.headers['x-amz-target'] === undefined) return registryAnswer(request, body, own, repositories)
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const call: EcrCall = { operation, principal: 'shelflife', input: JSON.parse(body.toString()) }
    calls.push(call)
    const { error, body: answer = {} } = state.answer(call) ?? apiAnswer(call, repositories)
    const type = { 'content-type': 'application/x-amz-json-1.1', ...(error && { 'x-amzn-errortype': error }) }
    return { status: error ? 400 : 200, headers: type, body: error ? { __type: error } : answer }
  })
  const create = (path: string): EcrRepository => {
    const images = new EcrRepository()
    images.now = () => new Date()
    repositories.set(shownPath(path), { images, pushed: new Set() })
    return images
  }
  const collectGarbage = async () => {
    for (const [path, { images, pushed }] of repositories)
      for (const digest of pushed)
        if (!images.has(digest)) await front.passOn({ method: 'DELETE', path: `/v2/${path}/manifests/${digest}` })
    return front.collectGarbage()
  }
  return { ...front, calls, state, create, collectGarbage }
}

const isActive = (alias: string | undefined): boolean =>
  aliases.some(({ name, status }) => name === alias && status === 'ACTIVE')

/** All aliases of an account lead to the same. */
function shownPath(path: string): string {
  const [alias, ...name] = path.split('/')
  return isActive(alias) ? [shownAlias, ...name].join('/') : path
}

function apiAnswer(call: EcrCall, repositories: ReadonlyMap<string, Repository>): EcrAnswer {
  const { operation, input } = call
  if (operation === 'DescribeRegistries') return { body: { registries: [{ registryId: '123456789012', aliases }] } }
  if (operation === 'GetAuthorizationToken') {
    const authorizationToken = Buffer.from(`${login.username}:${login.password}`).toString('base64')
    return { body: { authorizationData: { authorizationToken } } }
  }
  const own = [...repositories.keys()].filter(path => path.startsWith(`${shownAlias}/`))
  if (operation === 'DescribeRepositories')
    return { body: { repositories: own.map(path => ({ repositoryName: path.slice(shownAlias.length + 1) })) } }
  const found = repositories.get(`${shownAlias}/${String(input.repositoryName)}`)
  return found ? found.images.answer(call) : { error: 'RepositoryNotFoundException' }
}

const challenge = (host: string): FrontAnswer => ({
  ...v2Error(401, 'UNAUTHORIZED'),
  headers: { 'www-authenticate': `Bearer realm="http://${host}/token/",service="public.ecr.aws",scope="aws"` },
})

function tokenAnswer(given: string | undefined): FrontAnswer {
  if (given === undefined) return { status: 200, body: { token: 'anonymous' } }
  const isTheirs = given === `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  return isTheirs ? { status: 200, body: { token: 'may-push' } } : v2Error(401, 'UNAUTHORIZED')
}

async function registryAnswer(
  request: FrontRequest,
  body: Buffer,
  front: RegistryFront,
  repositories: ReadonlyMap<string, Repository>,
): Promise<FrontAnswer | Response> {
  const { pathname, search } = new URL(request.path, front.url)
  const { authorization } = request.headers
  if (pathname === '/token/') return tokenAnswer(authorization)
  if (authorization !== anonymous && authorization !== pushersToken.authorization) return challenge(front.host)
  const place = v2PathOf(pathname)
  if (place === undefined) return { status: pathname === '/v2/' ? 200 : 404, body: {} }
  const repository = repositories.get(shownPath(place.repository))
  if (!repository) return v2Error(404, 'NAME_UNKNOWN')
  if (request.method === 'DELETE') return v2Error(405, 'UNSUPPORTED')
  if (!['GET', 'HEAD'].includes(request.method) && authorization === anonymous) return v2Error(403, 'DENIED')
  if (place.kind === 'tags')
    return {
      status: 200,
      body: { name: place.repository, tags: detailsOf(repository).flatMap(one => one.imageTags ?? []) },
    }
  const path = `/v2/${shownPath(place.repository)}/${place.kind}/`
  if (place.kind === 'manifests') return manifestAnswer(repository, front, { path, ...place }, request, body)
  return front.passOn({ ...request, path: `${path}${place.reference}${search}` }, body)
}

interface Details {
  readonly imageDetails: readonly { readonly imageDigest: Digest; readonly imageTags?: readonly string[] }[]
}

const detailsOf = ({ images }: Repository): Details['imageDetails'] => {
  const input = { maxResults: 1_000 }
  const pages: Details['imageDetails'][number][] = []
  for (let nextToken: string | undefined = '0'; nextToken !== undefined; ) {
    const call: EcrCall = { operation: 'DescribeImages', principal: 'fake', input: { ...input, nextToken } }
    const { imageDetails, ...rest } = images.answer(call).body as Details & { nextToken?: string }
    pages.push(...imageDetails)
    nextToken = rest.nextToken
  }
  return pages
}

async function manifestAnswer(
  repository: Repository,
  front: RegistryFront,
  { path, reference }: { path: string; reference: string },
  request: FrontRequest,
  body: Buffer,
): Promise<FrontAnswer | Response> {
  const isDigest = reference.startsWith('sha256:')
  if (request.method !== 'PUT') {
    const found = detailsOf(repository).find(({ imageDigest, imageTags }) =>
      isDigest ? imageDigest === reference : imageTags?.includes(reference),
    )
    if (!found) return v2Error(404, 'MANIFEST_UNKNOWN')
    return front.passOn({ ...request, path: `${path}${found.imageDigest}` })
  }
  const answer = await front.passOn({ ...request, path: `${path}${reference}` }, body)
  if (answer.status !== 201) return answer
  const mediaType = String(request.headers['content-type'])
  const digest = repository.images.store(
    { text: body.toString(), mediaType },
    isDigest ? undefined : reference,
    new Date(),
  )
  repository.pushed.add(digest)
  return answer
}
