import { createHash } from 'node:crypto'
import { Stack, Validations } from 'aws-cdk-lib'
import { CfnDeployment, CfnMethod, CfnResource, CfnRestApi, CfnStage } from 'aws-cdk-lib/aws-apigateway'
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import { metricsRoute } from '../../../shared/wiring.ts'
import type { WayIn } from '../../way-in.ts'
import type { Alarms } from '../alarms.ts'
import type { BehindDoor, Door } from './door.ts'
import { doorAlarms } from './door-alarms.ts'
import type { DoorDomain } from './door-domain.ts'
import { byFunction, invokedBy } from './http-door.ts'

type RestWayIn = Extract<WayIn, { kind: 'rest-api' | 'private' }>

export interface RestDoorProps {
  readonly wayIn: RestWayIn
  /** Absent where nothing is behind it. */
  readonly alarms: Alarms | undefined
  readonly domain: DoorDomain | undefined
}

/** Stands in the address; no path of ours begins so. */
const stageName = 'in'

/**
 * A REST API: regional, where a web ACL can stand before it, or private. Its methods, and the stage that serves them, come
 * and go with the functions; the address is made of the API's id and the name of the stage, and stays.
 */
export class RestDoor extends Construct implements Door {
  readonly address: string
  readonly #api: CfnRestApi
  readonly #resources: readonly {
    readonly resource: CfnResource
    readonly method: string
    readonly for: keyof BehindDoor
  }[]
  readonly #domain: DoorDomain | undefined
  readonly #wayIn: RestWayIn

  constructor(scope: Construct, id: string, { wayIn, alarms, domain }: RestDoorProps) {
    super(scope, id)
    this.#wayIn = wayIn
    const name = `${Stack.of(this).stackName}-way-in`
    this.#api = this.#createApi(name)
    this.#resources = [
      { resource: this.#createResource('any', '{proxy+}'), method: 'ANY', for: 'webhook' },
      { resource: this.#createResource('metrics', metricsRoute.slice(1)), method: 'GET', for: 'metrics' },
    ]
    this.#domain = domain
    domain?.standBefore(this.#api)
    this.address = domain?.address ?? this.#ownAddress()
    if (alarms) doorAlarms(alarms, { dimensions: { ApiName: name }, failed: '5XXError', refused: '4XXError' })
  }

  #createApi(name: string): CfnRestApi {
    const api = new CfnRestApi(this, 'api', {
      name,
      description: 'webhooks and metrics of shelflife',
      // Else a body that is no text would come changed, and its signature would not hold.
      binaryMediaTypes: ['*/*'],
      endpointConfiguration:
        this.#wayIn.kind === 'private'
          ? { types: ['PRIVATE'], vpcEndpointIds: [...this.#wayIn.vpcEndpointIds] }
          : { types: ['REGIONAL'] },
      // Never left out: CloudFormation leaves the policy of a private API where it was, which would refuse everybody.
      policy: this.#wayIn.kind === 'private' ? onlyFrom(this.#wayIn.vpcEndpointIds) : fromEverywhere,
    })
    Validations.of(api).acknowledge({
      id: 'AwsSolutions-APIG2',
      reason: 'the function checks size and secret before it parses anything',
    })
    return api
  }

  #createResource(id: string, pathPart: string): CfnResource {
    return new CfnResource(this, id, { restApiId: this.#api.ref, parentId: this.#api.attrRootResourceId, pathPart })
  }

  /** That of an endpoint's own alias resolves wherever DNS does, also where private DNS of the endpoint is off. */
  #ownAddress(): string {
    const { region, urlSuffix } = Stack.of(this)
    const [endpoint] = this.#wayIn.kind === 'private' ? this.#wayIn.vpcEndpointIds : []
    const host = endpoint === undefined ? this.#api.ref : `${this.#api.ref}-${endpoint}`
    return `https://${host}.execute-api.${region}.${urlSuffix}/${stageName}`
  }

  connect(scope: Construct, behind: BehindDoor): void {
    const leading = this.#resources.flatMap(({ resource, method, for: name }) => {
      const lambda = behind[name]
      return lambda ? [this.#createMethod(new Construct(scope, `door-${name}`), resource, method, lambda)] : []
    })
    const stage = this.#createStage(
      scope,
      leading.map(({ method }) => method),
    )
    const mapping = this.#domain?.map(scope, this.#api.ref, stageName)
    // A domain that comes from another kind of API is answered all the while.
    for (const part of [stage, ...leading.map(({ permission }) => permission)]) mapping?.addResourceDependency(part)
    if (this.#wayIn.kind === 'rest-api' && this.#wayIn.wafArn !== undefined)
      this.#guard(scope, stage, this.#wayIn.wafArn)
  }

  #createMethod(scope: Construct, resource: CfnResource, httpMethod: string, lambda: LambdaFunction) {
    const { partition, region } = Stack.of(scope)
    const method = new CfnMethod(scope, 'method', {
      restApiId: this.#api.ref,
      resourceId: resource.ref,
      httpMethod,
      authorizationType: 'NONE',
      integration: {
        type: 'AWS_PROXY',
        integrationHttpMethod: 'POST',
        uri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${lambda.functionArn}/invocations`,
      },
    })
    const permission = new CfnPermission(scope, 'permission', invokedBy(Stack.of(scope), this.#api.ref, lambda))
    Validations.of(method).acknowledge(
      { id: 'AwsSolutions-APIG4', reason: byFunction },
      { id: 'AwsSolutions-COG4', reason: byFunction },
    )
    return { method, permission }
  }

  /** A deployment is a picture of the methods: others need another one, and so another id. */
  #createStage(scope: Construct, methods: readonly CfnMethod[]): CfnStage {
    const drawn = Stack.of(scope).resolve(methods.map(({ integration, httpMethod }) => ({ integration, httpMethod })))
    const picture = createHash('sha256')
      .update(JSON.stringify([drawn, this.#wayIn]))
      .digest('hex')
      .slice(0, 8)
    const deployment = new CfnDeployment(scope, `door-deployment-${picture}`, { restApiId: this.#api.ref })
    for (const method of methods) deployment.addResourceDependency(method)
    const { requestsPerSecond } = this.#wayIn
    const stage = new CfnStage(scope, 'door-stage', {
      restApiId: this.#api.ref,
      stageName,
      deploymentId: deployment.ref,
      methodSettings: [
        {
          resourcePath: '/*',
          httpMethod: '*',
          throttlingRateLimit: requestsPerSecond,
          throttlingBurstLimit: 2 * requestsPerSecond,
        },
      ],
    })
    const reason =
      'its logs need a role that counts for all APIs of the account and region; the function logs each call, without the secrets that paths hold'
    Validations.of(stage).acknowledge(
      { id: 'AwsSolutions-APIG1', reason },
      { id: 'AwsSolutions-APIG6', reason },
      { id: 'AwsSolutions-APIG3', reason: 'a web ACL is associated where wayIn.wafArn names one' },
    )
    return stage
  }

  #guard(scope: Construct, stage: CfnStage, webAclArn: string): void {
    const { partition, region } = Stack.of(scope)
    const resourceArn = `arn:${partition}:apigateway:${region}::/restapis/${this.#api.ref}/stages/${stageName}`
    new CfnWebACLAssociation(scope, 'door-web-acl', { resourceArn, webAclArn }).addResourceDependency(stage)
  }
}

const invoke = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }

/** What an API without a policy allows. */
const fromEverywhere = { Version: '2012-10-17', Statement: [invoke] }

/** Whoever comes by these endpoints may call; who that is, the secret tells. */
const onlyFrom = (vpcEndpointIds: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ ...invoke, Condition: { StringEquals: { 'aws:SourceVpce': [...vpcEndpointIds] } } }],
})
