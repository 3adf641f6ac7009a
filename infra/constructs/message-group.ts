import { TaskInput } from 'aws-cdk-lib/aws-stepfunctions'
import { commercial, ecrPartitions } from '../../shared/domain/ecr-host.ts'

/** The event as it came. */
export const wholeEvent = TaskInput.fromText('{% $string($states.input) %}')

/** Of the partition that the region's name begins as. */
const suffixExpression = ecrPartitions.reduceRight(
  (otherwise, { regions, suffix }) =>
    `$substring($event.region, 0, ${regions.length}) = '${regions}' ? '${suffix}' : ${otherwise}`,
  `'${commercial.suffix}'`,
)

/**
 * A JSONata expression for the message group of an event of ECR, made as `messageGroupOf` makes it for requests and hints: of the host that `ecrEventHost` gives, or the one by which the settings know that registry.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html ($hash)
 */
export function groupExpression(ecrHosts: ReadonlyMap<string, string>): string {
  const known = JSON.stringify(Object.fromEntries(ecrHosts))
  return `{% (
  $event := $states.input;
  $suffix := ${suffixExpression};
  $host := $event.account & '.dkr.ecr.' & $event.region & '.' & $suffix;
  $known := $lookup(${known}, $host);
  $path := $event.detail.\`repository-name\`;
  $substring($hash(($exists($known) ? $known : $host) & '/' & $path, 'SHA-256'), 0, 32)
) %}`
}
