import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { IConstruct } from 'constructs'

/** The table of an installation: its own, or one that it adopted. */
export type KeptTable = IConstruct &
  Pick<
    ITable,
    | 'tableName'
    | 'tableArn'
    | 'metricConsumedReadCapacityUnits'
    | 'metricConsumedWriteCapacityUnits'
    | 'metricThrottledRequestsForOperations'
  >

/** The archive of an installation: its own, or one that it adopted. */
export type KeptArchive = IConstruct & Pick<IBucket, 'bucketName' | 'bucketArn'>
