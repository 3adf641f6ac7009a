import type { Agent } from 'node:http'
import type { EKSClient, Cluster as EksAnswer } from '@aws-sdk/client-eks'
import type { STSClient } from '@aws-sdk/client-sts'
import { UnavailableError } from '../../errors.ts'
import { late } from '../../late.ts'
import { type ApiServer, keepAliveAgent } from './api-server.ts'
import { type AwsIdentity, clientOptionsOf, stsClientOf } from './aws-identity.ts'
import { descriptionOf, type EksDescription } from './eks-description.ts'
import { explainEksFailure } from './eks-explanation.ts'
import { refusalText } from './eks-refusal.ts'
import type { EksToken } from './eks-token.ts'
import { EksTokens } from './eks-tokens.ts'
import type { FailedCall } from './errors.ts'
import type { ServerFailure, ServerSource } from './server-source.ts'

/** A cluster of EKS, and as whom it is asked. */
export interface EksReach extends AwsIdentity {
  readonly clusterName: string
}

/** Where a cluster is changes once in years; a lost one is looked for sooner. */
const describedForMs = 10 * 60_000
const oldForLostMs = 60_000

interface Described extends EksDescription {
  readonly at: Date
  readonly answer: EksAnswer
  readonly agent: Agent
}

interface Held {
  readonly described: Described
  readonly token: EksToken
  readonly server: ApiServer
}

/** The API server of a cluster of EKS, as EKS describes it, with tokens that are made here. Makes no call yet. */
export class EksServers implements ServerSource {
  readonly #cluster: string
  readonly #reach: EksReach
  readonly #now: () => Date
  readonly #eks: () => Promise<EKSClient>
  readonly #sts: () => Promise<STSClient>
  readonly #tokens: EksTokens
  #described: Described | undefined
  #describing: Promise<Described> | undefined
  #held: Held | undefined
  #refusal: { readonly at: Date; readonly text: Promise<string> } | undefined

  constructor(cluster: string, reach: EksReach, now: () => Date) {
    this.#cluster = cluster
    this.#reach = reach
    this.#now = now
    const options = clientOptionsOf(cluster, reach)
    this.#eks = late(async () => (await import('./eks-api.ts')).openEks(options))
    this.#sts = stsClientOf(cluster, reach)
    this.#tokens = new EksTokens({ cluster, clusterName: reach.clusterName, sts: this.#sts, now })
  }

  async current(): Promise<ApiServer> {
    const isRecent = this.#described !== undefined && this.#ageMs(this.#described) < describedForMs
    const described = isRecent && this.#described ? this.#described : await this.#describeOnce()
    const token = await this.#tokens.current()
    if (this.#held?.described !== described || this.#held.token !== token)
      this.#held = { described, token, server: serverOf(described, token) }
    return this.#held.server
  }

  async isRenewed(used: ApiServer, failure: ServerFailure): Promise<boolean> {
    const held = this.#held
    if (held?.server !== used) return true
    if (failure === 'refused') return this.#tokens.drop(held.token)
    if (this.#ageMs(held.described) < oldForLostMs) return false
    return (await this.#describeOnce().catch(() => held.described)) !== held.described
  }

  explained(call: FailedCall, error: unknown): Promise<unknown> {
    const isPrivate = this.#described?.isPrivate ?? false
    return explainEksFailure(call, error, { isPrivate, findRefusal: answeredAt => this.#findRefusal(answeredAt) })
  }

  /** Looked for once for all calls that are refused within a minute. */
  #findRefusal(answeredAt: Date | undefined): Promise<string> {
    const now = this.#now()
    if (this.#refusal === undefined || now.getTime() - this.#refusal.at.getTime() > oldForLostMs) {
      const { clusterName } = this.#reach
      this.#refusal = { at: now, text: refusalText({ clusterName, sts: this.#sts, answeredAt, now }) }
    }
    return this.#refusal.text
  }

  #ageMs({ at }: Described): number {
    return this.#now().getTime() - at.getTime()
  }

  #describeOnce(): Promise<Described> {
    this.#describing ??= this.#describe().finally(() => {
      this.#describing = undefined
    })
    return this.#describing
  }

  /** What was known goes on to count while EKS itself does not answer: the cluster may well do so. */
  async #describe(): Promise<Described> {
    const [eks, { askForCluster }] = await Promise.all([this.#eks(), import('./eks-api.ts')])
    const region = await eks.config.region().catch(() => '(none)')
    const what = `cluster ${this.#cluster}: EKS DescribeCluster ${this.#reach.clusterName} in ${region}`
    const before = this.#described
    const answer = await askForCluster(what, this.#reach.clusterName, eks).catch(error => {
      if (before !== undefined && error instanceof UnavailableError && error.kind !== 'dns') return before.answer
      throw error
    })
    const found = descriptionOf(what, answer)
    const isSame = before?.url.href === found.url.href && before.authority === found.authority
    const agent = isSame && before ? before.agent : keepAliveAgent(found.url)
    this.#described = { ...found, answer, agent, at: this.#now() }
    return this.#described
  }
}

const serverOf = ({ url, authority, agent }: Described, { text }: EksToken): ApiServer => ({
  url: url.href.replace(/\/$/, ''),
  host: url.host,
  requestOptions: async () => ({ ca: authority, agent, headers: { Authorization: `Bearer ${text}` } }),
})
