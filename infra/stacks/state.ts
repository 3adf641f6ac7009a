import {
  CfnOutput,
  CrossStackReferences,
  Duration,
  ReferenceStrength,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib'
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { EventBus } from 'aws-cdk-lib/aws-events'
import { Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { CfnParameter, StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import { table as keys } from '../../shared/adapters/store/table.ts'
import { type InstallationNames, installationNames } from '../../shared/installation-names.ts'
import { defaultLayerArchiveDays, layerArchivePrefix, layerExpiryDays } from '../../shared/wiring.ts'
import { ClusterRoles } from '../constructs/cluster-roles.ts'
import type { KeptArchive, KeptTable } from '../constructs/kept-state.ts'

export interface StateStackProps extends StackProps {
  /** So long an image can be put back whole that was deleted with `archive: layers`; default 30. */
  readonly layerArchiveDays?: number
  /** Default: those of the installation that has no name of its own. */
  readonly names?: InstallationNames
  /** What was restored elsewhere, and is neither made nor changed here; then sweeps are paused at first. */
  readonly adopt?: { readonly tableName: string; readonly archiveBucket: string } | undefined
  /** Whether the settings name a cluster of EKS. */
  readonly asksEks?: boolean
}

/** Of what has a fixed name: kept from a first deploy that failed, it would be in the way of the next. */
const retainOnceMade = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

/**
 * What outlives a deploy: the table, the key of the copies of credentials in it, the bus, the archive of manifests, the kill
 * switch. All of it is retained when the stack is deleted. The bus has no archive of events: a hint is only a reason to look, and the next full sync
 * looks anyway.
 */
export class StateStack extends Stack {
  readonly table: KeptTable
  readonly bus: EventBus
  readonly archive: KeptArchive
  readonly killSwitch: StringParameter
  readonly sealingKey: Key
  readonly clusterRoles: ClusterRoles | undefined

  constructor(
    scope: Construct,
    id: string,
    { layerArchiveDays, asksEks, adopt, names = installationNames(), ...props }: StateStackProps = {},
  ) {
    super(scope, id, { ...props, description: 'shelflife: state that outlives a deploy' })
    this.table = adopt ? Table.fromTableName(this, 'table', adopt.tableName) : this.#createTable()
    this.bus = new EventBus(this, 'bus', { eventBusName: names.bus })
    this.bus.applyRemovalPolicy(retainOnceMade)
    this.archive = adopt
      ? Bucket.fromBucketName(this, 'archive', adopt.archiveBucket)
      : this.#createArchive(layerArchiveDays ?? defaultLayerArchiveDays)
    this.killSwitch = this.#createKillSwitch(names, adopt ? 'paused' : 'running')
    this.sealingKey = this.#createSealingKey()
    // CloudFormation then refuses to take away what the pipeline uses.
    for (const kept of [...(adopt ? [] : [this.table, this.archive]), this.bus, this.killSwitch, this.sealingKey])
      CrossStackReferences.of(kept).produce(ReferenceStrength.STRONG)
    this.clusterRoles = asksEks ? new ClusterRoles(this, 'cluster-roles') : undefined
    this.#publishNames(names)
    new CfnOutput(this, 'TableName', { value: this.table.tableName })
    new CfnOutput(this, 'ArchiveBucket', { value: this.archive.bucketName })
    new CfnOutput(this, 'BusName', { value: this.bus.eventBusName })
  }

  #publishNames(names: InstallationNames): void {
    const parameter = new StringParameter(this, 'installation', {
      parameterName: names.installationParameter,
      stringValue: this.toJsonString({
        table: this.table.tableName,
        archive: this.archive.bucketName,
        killSwitch: this.killSwitch.parameterName,
      }),
      description: 'where the command finds the table and the archive of shelflife',
    })
    parameter.applyRemovalPolicy(retainOnceMade)
  }

  #createTable(): Table {
    const attribute = (name: string) => ({ name, type: AttributeType.STRING })
    const table = new Table(this, 'table', {
      partitionKey: attribute(keys.partitionKey),
      sortKey: attribute(keys.sortKey),
      timeToLiveAttribute: keys.timeToLive,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    for (const index of Object.values(keys.indexes))
      table.addGlobalSecondaryIndex({
        indexName: index.name,
        partitionKey: attribute(index.partitionKey),
        sortKey: attribute(index.sortKey),
        ...(index.projected
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...index.projected] }
          : { projectionType: ProjectionType.ALL }),
      })
    return table
  }

  /** Without it no copy opens, also not in what point-in-time recovery keeps of the table; the next verifications make new ones. */
  #createSealingKey(): Key {
    return new Key(this, 'sealing-key', {
      description: 'seals the copies of credentials of RegistrySecrets in the table of shelflife',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
  }

  #createArchive(layerDays: number): Bucket {
    const archive = new Bucket(this, 'archive', {
      versioned: true,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      lifecycleRules: [
        {
          prefix: layerArchivePrefix,
          expiration: Duration.days(layerExpiryDays(layerDays)),
          // Of a layer that was written anew: the bucket is versioned for the manifests' sake.
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    })
    Validations.of(archive).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'every write is in the audit trail of the table, and only the executor can write here',
    })
    return archive
  }

  /**
   * Here and not in the pipeline, so that a pipeline deployed anew does not start sweeps that were stopped. A change
   * of any of its properties, a tag too, would put the value back to `running`.
   */
  #createKillSwitch(names: InstallationNames, stringValue: 'running' | 'paused'): StringParameter {
    const parameter = new StringParameter(this, 'kill-switch', {
      parameterName: names.killSwitchParameter,
      stringValue,
      description: 'paused stops every sweep of shelflife; running lets them go on',
    })
    parameter.applyRemovalPolicy(retainOnceMade)
    const { defaultChild } = parameter.node
    if (defaultChild instanceof CfnParameter) defaultChild.addPropertyDeletionOverride('Tags')
    return parameter
  }
}
