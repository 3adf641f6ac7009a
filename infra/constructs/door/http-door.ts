import { type CfnResource, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { CfnPermission, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { metricsRoute } from '../../../shared/wiring.ts'
import type { Alarms } from '../alarms.ts'
import { logRetention } from '../log-retention.ts'
import type { BehindDoor, Door } from './door.ts'
import { doorAlarms } from './door-alarms.ts'
import type { DoorDomain } from './door-domain.ts'

export interface HttpDoorProps {
  readonly requestsPerSecond: number
  /** Absent where nothing is behind it. */
  readonly alarms: Alarms | undefined
  readonly domain: DoorDomain | undefined
}

const stageName = '$default'

/** An HTTP API, public, with or without a domain. Its stage takes up routes by itself as they come and go. */
export class HttpDoor extends Construct implements Door {
  readonly address: string
  readonly #api: CfnApi
  readonly #domain: DoorDomain | undefined

  constructor(scope: Construct, id: string, { requestsPerSecond, alarms, domain }: HttpDoorProps) {
    super(scope, id)
    this.#api = new CfnApi(this, 'api', {
      name: `${Stack.of(this).stackName}-way-in`,
      protocolType: 'HTTP',
      description: 'webhooks and metrics of shelflife',
    })
    this.#createStage(requestsPerSecond)
    this.#domain = domain
    domain?.standBefore(this.#api)
    this.address = domain?.address ?? this.#api.attrApiEndpoint
    if (alarms) doorAlarms(alarms, { dimensions: { ApiId: this.#api.ref }, failed: '5xx', refused: '4xx' })
  }

  #createStage(requestsPerSecond: number): void {
    const log = new LogGroup(this, 'access-log', { retention: logRetention, removalPolicy: RemovalPolicy.RETAIN })
    new CfnStage(this, 'stage', {
      apiId: this.#api.ref,
      stageName,
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: 2 * requestsPerSecond },
      accessLogSettings: { destinationArn: log.logGroupArn, format: JSON.stringify(accessLogFields) },
    })
  }

  /** Integration and routes are apart from the API, so that these alone belong to what is deployed anew. */
  connect(scope: Construct, { webhook, metrics }: BehindDoor): void {
    const leading = this.#route(new Construct(scope, 'door-webhook'), '$default', webhook)
    if (metrics) leading.push(...this.#route(new Construct(scope, 'door-metrics'), `GET ${metricsRoute}`, metrics))
    const mapping = this.#domain?.map(scope, this.#api.ref, stageName)
    // A domain that comes from another kind of API is answered all the while.
    for (const part of leading) mapping?.addResourceDependency(part)
  }

  /** What must be there before calls are answered. */
  #route(scope: Construct, routeKey: string, lambda: LambdaFunction): CfnResource[] {
    const integration = new CfnIntegration(scope, 'integration', {
      apiId: this.#api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: lambda.functionArn,
      payloadFormatVersion: '2.0',
    })
    const route = new CfnRoute(scope, 'route', {
      apiId: this.#api.ref,
      routeKey,
      authorizationType: 'NONE',
      target: `integrations/${integration.ref}`,
    })
    const permission = new CfnPermission(scope, 'permission', invokedBy(Stack.of(scope), this.#api.ref, lambda))
    Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: byFunction })
    return [route, permission]
  }
}

/** Why no route asks for an authorization. */
export const byFunction = 'registries cannot sign for IAM, and the function checks the secret of the registry'

/** Any route of the API may call the function, and no other API. */
export const invokedBy = (stack: Stack, apiId: string, lambda: LambdaFunction) => ({
  action: 'lambda:InvokeFunction',
  functionName: lambda.functionArn,
  principal: 'apigateway.amazonaws.com',
  sourceArn: `arn:${stack.partition}:execute-api:${stack.region}:${stack.account}:${apiId}/*`,
})

/** Never a path: those of some senders end in their secret. A route is the pattern of one. */
const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  from: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
}
