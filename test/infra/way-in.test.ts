import { describe, expect, it } from 'vitest'
import { type ConfigInput, parseConfig } from '../../infra/config.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { fullConfig } from './full-config.ts'
import { type Resource, resourcesOf, synthesize } from './synthesized.ts'

type WayIn = NonNullable<ConfigInput['wayIn']>

const domain = {
  name: 'hooks.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0123',
  hostedZoneId: 'Z0123456789ABC',
}
const wafArn = 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shelflife/0123'
const vpcEndpointIds = ['vpce-0123456789abcdef0', 'vpce-0123456789abcdef1']
const withWayIn = (wayIn: WayIn) => synthesize({ ...fullConfig, wayIn })
const http = withWayIn({ kind: 'http-api', domain })
const rest = withWayIn({ kind: 'rest-api', domain, wafArn })
const closed = withWayIn({ kind: 'private', vpcEndpointIds })
const bare = withWayIn({ kind: 'function-url' })
const kinds: [string, typeof http][] = [
  ['http-api', http],
  ['rest-api', rest],
  ['private', closed],
  ['function-url', bare],
]
const output = ({ pipeline }: typeof http, name: string) => JSON.stringify(pipeline.toJSON().Outputs[name]?.Value)

describe('each way in', () => {
  it.each(kinds)('%s leaves cdk-nag nothing to say', (_, { findings }) => {
    expect(findings).toEqual([])
  })

  it.each(kinds)('%s rings where calls fail, and on throttled webhooks', (_, { work, pipeline }) => {
    const metrics = [...resourcesOf(work, 'AWS::CloudWatch::Alarm'), ...resourcesOf(pipeline, 'AWS::CloudWatch::Alarm')]
      .filter(([, { Properties }]) => /5xx/i.test(String(Properties.MetricName)))
      .map(([, { Properties }]) => String(Properties.MetricName))

    expect(metrics).not.toEqual([])
    expect(
      resourcesOf(pipeline, 'AWS::CloudWatch::Alarm').filter(([id]) => id.startsWith('alarmswebhookthrottled')),
    ).toHaveLength(1)
  })

  it.each(kinds.slice(0, 3))(
    '%s has its address and its API apart from the functions behind it',
    (_, { work, pipeline }) => {
      const apis = (template: typeof work) =>
        [
          'AWS::ApiGateway::RestApi',
          'AWS::ApiGatewayV2::Api',
          'AWS::ApiGatewayV2::DomainName',
          'AWS::Route53::RecordSet',
        ].flatMap(type => resourcesOf(template, type))

      expect(apis(work)).not.toEqual([])
      expect(apis(pipeline)).toEqual([])
    },
  )

  it.each(kinds.slice(0, 3))('%s lets its API alone call the functions', (_, { pipeline }) => {
    const callers = resourcesOf(pipeline, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties.Principal === 'apigateway.amazonaws.com',
    )

    expect(callers).toHaveLength(2)
    for (const [, { Properties }] of callers)
      expect(JSON.stringify(Properties.SourceArn)).toMatch(/execute-api.*ShelflifeWork.*"\/\*"/)
  })
})

describe('an HTTP API', () => {
  it('is what an installation has that says nothing, with the Function URLs beside it', () => {
    const { work, pipeline } = synthesize({ settings: {} })

    work.resourceCountIs('AWS::ApiGatewayV2::Api', 1)
    pipeline.resourceCountIs('AWS::Lambda::Url', 1)
    pipeline.hasOutput('WebhookFunctionUrl', {})
  })

  it('stands alone where Function URLs are forbidden', () => {
    const { pipeline } = withWayIn({ kind: 'http-api', functionUrls: false })

    pipeline.resourceCountIs('AWS::Lambda::Url', 0)
    expect(JSON.stringify(pipeline.toJSON())).not.toContain('Url5xxCount')
  })

  it('leads everything to the webhook and scrapes to the metrics', () => {
    const routes = resourcesOf(http.pipeline, 'AWS::ApiGatewayV2::Route').map(
      ([, { Properties }]) => Properties.RouteKey,
    )

    expect(routes).toEqual(['$default', 'GET /metrics'])
  })

  it('has no path in its log, since the paths of some senders hold their secrets', () => {
    const [[, stage] = []] = resourcesOf(http.work, 'AWS::ApiGatewayV2::Stage')
    const { Format = '' } = (stage?.Properties.AccessLogSettings ?? {}) as { Format?: string }

    expect(Format).toContain('$context.status')
    expect(Format).not.toMatch(/path|uri|\$context\.(authorizer|domainName)|requestOverride/i)
  })

  it('refuses what is beyond its rate', () => {
    const slow = withWayIn({ kind: 'http-api', requestsPerSecond: 7 })

    slow.work.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 14 },
    })
  })

  it('has a domain with its record, which the command prints', () => {
    expect(output(http, 'WebhookUrl')).toBe('"https://hooks.example.com"')
    expect(output(http, 'MetricsUrl')).toBe('"https://hooks.example.com/metrics"')
    http.work.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'hooks.example.com',
      HostedZoneId: 'Z0123456789ABC',
    })
    http.work.hasOutput('DomainTarget', {})
    http.pipeline.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' })
  })
})

describe('a REST API', () => {
  it('has the web ACL before its stage, and no Function URL around it', () => {
    rest.pipeline.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: wafArn })
    expect(JSON.stringify(resourcesOf(rest.pipeline, 'AWS::WAFv2::WebACLAssociation'))).toContain('"/stages/in"')
    rest.pipeline.resourceCountIs('AWS::Lambda::Url', 0)
  })

  it('hands over bodies as they come', () => {
    rest.work.hasResourceProperties('AWS::ApiGateway::RestApi', {
      BinaryMediaTypes: ['*/*'],
      EndpointConfiguration: { Types: ['REGIONAL'] },
    })
  })

  it('shows another picture of its methods where these are others', () => {
    const ids = ({ pipeline }: typeof rest) => resourcesOf(pipeline, 'AWS::ApiGateway::Deployment').map(([id]) => id)
    const unscraped = synthesize({ settings: {}, wayIn: { kind: 'rest-api', domain, wafArn } })

    expect(ids(rest)).toHaveLength(1)
    expect(ids(unscraped)).not.toEqual(ids(rest))
    expect(ids(withWayIn({ kind: 'rest-api', domain, wafArn }))).toEqual(ids(rest))
  })
})

describe('a way in of another kind than before', () => {
  const idsOf = (template: typeof http.work, types: readonly string[]) =>
    types.flatMap(type => resourcesOf(template, type).map(([id]) => id)).sort()
  const apis = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api']
  const dependenciesOf = (resource: Resource | undefined) => [resource?.DependsOn ?? []].flat()
  const mapped = ({ pipeline }: typeof http) => resourcesOf(pipeline, 'AWS::ApiGatewayV2::ApiMapping')
  const later: typeof kinds = [
    ...kinds,
    ['http-api without a domain', withWayIn({ kind: 'http-api' })],
    ['rest-api without a domain', withWayIn({ kind: 'rest-api', wafArn })],
  ]
  const pairs = kinds
    .slice(0, 2)
    .flatMap(([from, before]) =>
      later.filter(([to]) => to !== from).map(([to, after]) => [from, to, before, after] as const),
    )

  it.each(pairs)('%s, then %s, takes away no API that the domain still leads to', (_, __, before, after) => {
    const gone = idsOf(before.work, apis).filter(id => !idsOf(after.work, apis).includes(id))
    const [[domainId = '', ofDomain] = []] = resourcesOf(before.work, 'AWS::ApiGatewayV2::DomainName')
    const keepsDomain = idsOf(after.work, ['AWS::ApiGatewayV2::DomainName']).includes(domainId)

    // With its domain an API may go: CloudFormation deletes first what depends on it.
    expect(dependenciesOf(ofDomain).toSorted()).toEqual(idsOf(before.work, apis))
    expect(keepsDomain ? gone : []).toEqual([])
  })

  it('is led to by the very domain and mapping of before, once it can answer', () => {
    const [[http0, ofHttp] = ['', undefined]] = mapped(http)
    const [[rest0, ofRest] = ['', undefined]] = mapped(rest)
    const answering = (template: typeof http.pipeline, ...types: string[]) => idsOf(template, types)
    const permitted = ({ pipeline }: typeof http) =>
      resourcesOf(pipeline, 'AWS::Lambda::Permission').flatMap(([id, { Properties }]) =>
        Properties.Principal === 'apigateway.amazonaws.com' ? [id] : [],
      )

    expect(rest0).toBe(http0)
    expect(idsOf(rest.work, ['AWS::ApiGatewayV2::DomainName'])).toEqual(
      idsOf(http.work, ['AWS::ApiGatewayV2::DomainName']),
    )
    expect(ofHttp?.Properties.ApiId).not.toEqual(ofRest?.Properties.ApiId)
    expect(dependenciesOf(ofHttp).sort()).toEqual(
      [...answering(http.pipeline, 'AWS::ApiGatewayV2::Route'), ...permitted(http)].sort(),
    )
    expect(dependenciesOf(ofRest).sort()).toEqual(
      [...answering(rest.pipeline, 'AWS::ApiGateway::Stage'), ...permitted(rest)].sort(),
    )
  })

  it('has an API beside it that leads nowhere, and rings for its own alone', () => {
    const idle = resourcesOf(rest.work, 'AWS::ApiGatewayV2::Api').map(([id]) => id)

    expect(idle).toHaveLength(1)
    expect(resourcesOf(rest.pipeline, 'AWS::ApiGatewayV2::Route')).toEqual([])
    expect(resourcesOf(http.pipeline, 'AWS::ApiGateway::Method')).toEqual([])
    expect(JSON.stringify(resourcesOf(rest.work, 'AWS::CloudWatch::Alarm'))).not.toContain(idle[0])
  })

  it('is alone where no domain leads to it', () => {
    const alone = withWayIn({ kind: 'rest-api', wafArn })

    expect(idsOf(alone.work, apis)).toHaveLength(1)
  })

  it('lets everybody in again after a private one, whose policy CloudFormation would leave', () => {
    const policies = [rest, closed].flatMap(({ work }) =>
      resourcesOf(work, 'AWS::ApiGateway::RestApi').map(([id, { Properties }]) => [
        id,
        JSON.stringify(Properties.Policy),
      ]),
    )

    expect(policies[0]?.[0]).toBe(policies[1]?.[0])
    expect(policies[0]?.[1]).not.toContain('Condition')
    expect(policies[1]?.[1]).toContain('aws:SourceVpce')
  })
})

describe('a private API', () => {
  it('answers the endpoints of the settings alone, under the address of the first', () => {
    closed.work.hasResourceProperties('AWS::ApiGateway::RestApi', {
      EndpointConfiguration: { Types: ['PRIVATE'], VpcEndpointIds: vpcEndpointIds },
      Policy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 'execute-api:Invoke',
            Resource: 'execute-api:/*',
            Condition: { StringEquals: { 'aws:SourceVpce': vpcEndpointIds } },
          },
        ],
      },
    })
    expect(output(closed, 'WebhookUrl')).toContain('-vpce-0123456789abcdef0.execute-api.')
  })

  it('leaves no address that is open to the internet', () => {
    closed.pipeline.resourceCountIs('AWS::Lambda::Url', 0)
  })
})

describe('a configuration', () => {
  const says = (wayIn: object) => () => parseConfig({ wayIn })

  it.each([
    [{ kind: 'http-api', wafArn }, 'wafArn'],
    [{ kind: 'private', vpcEndpointIds, domain }, 'domain'],
    [{ kind: 'private', vpcEndpointIds: [] }, 'expected at least one VPC endpoint'],
    [{ kind: 'private' }, 'vpcEndpointIds'],
    [{ kind: 'rest-api', wafArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1' }, 'regional web ACL'],
    [{ kind: 'http-api', domain: { name: 'hooks.example.com', certificateArn: 'x' } }, 'certificate of ACM'],
    [{ kind: 'alb' }, 'wayIn'],
  ])('%j is refused, and told why', (wayIn, text) => {
    expect(says(wayIn)).toThrow(InvalidInputError)
    expect(says(wayIn)).toThrow(text)
  })
})

it('is refused at synth in a region that has no Function URLs, unless they are told off', () => {
  const env = { region: 'eu-central-2' }

  expect(() => parseConfig({ env, settings: {} })).toThrow(
    'config.wayIn: expected functionUrls: false, since Lambda has no Function URLs in eu-central-2',
  )
  expect(() => parseConfig({ env, wayIn: { kind: 'function-url' }, settings: {} })).toThrow(
    'another kind than function-url',
  )
  expect(() => parseConfig({ env, wayIn: { kind: 'http-api', functionUrls: false }, settings: {} })).not.toThrow()
})
