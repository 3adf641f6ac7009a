import { RetentionDays } from 'aws-cdk-lib/aws-logs'

/** Of every log. */
export const logRetention = RetentionDays.THREE_MONTHS
