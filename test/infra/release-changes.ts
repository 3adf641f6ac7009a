import { isDeepStrictEqual } from 'node:util'
import type { Resource } from './synthesized.ts'

/** What CloudFormation makes and changes, as a template says it. */
export interface StackTemplate {
  readonly Resources: Readonly<Record<string, Resource>>
}

/** The stacks of a release. */
export interface Release {
  readonly state: StackTemplate
  /** Earlier releases have none. */
  readonly work?: StackTemplate
  readonly pipeline: StackTemplate
}

/**
 * What holds state, with the properties whose change has CloudFormation make another in its place, or fail.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference "Update requires: Replacement"
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'LocalSecondaryIndexes', 'ImportSourceSpecification'],
  'AWS::Events::EventBus': ['Name', 'EventSourceName'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
  'AWS::SSM::Parameter': ['Name', 'DataType'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
}

/** What of the state of one release the deploy of another would lose or refuse, each in words; none where all stays. */
export const lossesOf = (before: Release, after: Release): string[] => [
  ...lossesIn(before.state, after.state),
  ...(before.work === undefined ? [] : lossesIn(withoutParameters(before.work), after.work ?? { Resources: {} })),
]

/** Of the stack of work they are written anew by each deploy. */
const withoutParameters = ({ Resources }: StackTemplate): StackTemplate => ({
  Resources: Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => Type !== 'AWS::SSM::Parameter')),
})

/** What has a name of its own in the templates for other accounts, or is told of by others. */
const replacingInAccounts: typeof replacing = {
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::ECR::PullTimeUpdateExclusion': ['PrincipalArn'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
}

/** What of a stack of another account a deploy would make anew or take away. */
export const replacedIn = (before: StackTemplate, after: StackTemplate): string[] =>
  Object.entries(before.Resources).flatMap(([id, one]) => replaced(id, one, after.Resources[id], replacingInAccounts))

function replaced(id: string, one: Resource, next: Resource | undefined, by: typeof replacing): string[] {
  const properties = by[one.Type]
  if (!properties) return []
  if (next?.Type !== one.Type) return [`${id}: ${one.Type} is not in the template any more`]
  const changed = properties.filter(name => !isDeepStrictEqual(one.Properties[name], next.Properties[name]))
  return changed.map(name => `${id}: ${name} changes, which makes another ${one.Type}`)
}

const lossesIn = (before: StackTemplate, after: StackTemplate): string[] =>
  Object.entries(before.Resources).flatMap(([id, one]) => {
    const next = after.Resources[id]
    const changes = replaced(id, one, next, replacing)
    if (!(one.Type in replacing) || next?.Type !== one.Type) return changes
    return [
      ...changes,
      ...(next.DeletionPolicy?.startsWith('Retain') ? [] : [`${id}: goes when its stack is deleted`]),
      ...(one.Type === 'AWS::DynamoDB::Table' ? attributeLosses(id, one, next) : []),
    ]
  })

interface Attribute {
  readonly AttributeName: string
  readonly AttributeType: string
}

/** More may be defined; one that is defined otherwise makes another table. */
function attributeLosses(id: string, before: Resource, after: Resource): string[] {
  const typeOf = new Map(attributesOf(after).map(one => [one.AttributeName, one.AttributeType]))
  return attributesOf(before)
    .filter(one => typeOf.has(one.AttributeName) && typeOf.get(one.AttributeName) !== one.AttributeType)
    .map(one => `${id}: attribute ${one.AttributeName} is defined otherwise, which makes another table`)
}

const attributesOf = ({ Properties }: Resource): readonly Attribute[] =>
  (Properties.AttributeDefinitions ?? []) as readonly Attribute[]

/**
 * The changes of the indexes of the tables: DynamoDB makes or drops one a table in an update, and refuses all else.
 * The emulator takes any.
 */
export const indexChangesOf = (before: Release, after: Release): string[] =>
  Object.entries(before.state.Resources)
    .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
    .flatMap(([id, table]) => {
      const [old, next] = [indexesOf(table), indexesOf(after.state.Resources[id])]
      return [
        ...[...old.keys()].filter(name => !next.has(name)).map(name => `drop ${name}`),
        ...[...next.keys()].filter(name => !old.has(name)).map(name => `make ${name}`),
        ...[...old].flatMap(([name, one]) => {
          const same = !next.has(name) || isDeepStrictEqual(one, next.get(name))
          return same ? [] : [`drop ${name}`, `make ${name} otherwise`]
        }),
      ]
    })

function indexesOf(table: Resource | undefined): ReadonlyMap<string, unknown> {
  const all = (table?.Properties.GlobalSecondaryIndexes ?? []) as readonly { readonly IndexName: string }[]
  return new Map(all.map(one => [one.IndexName, one]))
}

const ownNames = [
  'Name',
  'TableName',
  'BucketName',
  'QueueName',
  'TopicName',
  'LogGroupName',
  'AliasName',
  'RoleName',
  'StatementId',
]

/** What has a name of its own, by its type and that name: its stack and logical id. */
function namedIn({ state, work, pipeline }: Release): ReadonlyMap<string, string> {
  const each = (stack: string, { Resources }: StackTemplate) =>
    Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) =>
      ownNames.flatMap((property): [string, string][] => {
        const name = Properties[property]
        return typeof name === 'string' ? [[`${Type} ${name}`, `${stack}/${id}`]] : []
      }),
    )
  return new Map([...each('state', state), ...(work ? each('work', work) : []), ...each('pipeline', pipeline)])
}

/** Where a name goes to another place: CloudFormation makes the new one first, and finds that the old one has its name. */
export function movedNames(before: Release, after: Release): string[] {
  const next = namedIn(after)
  return [...namedIn(before)].flatMap(([what, place]) => {
    const now = next.get(what)
    return now === undefined || now === place ? [] : [`${what}: from ${place} to ${now}`]
  })
}
