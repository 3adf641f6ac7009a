import { type Stack, Token } from 'aws-cdk-lib'
import type { Settings } from '../shared/settings.ts'
import { ownReadEcrOf } from './constructs/ecr-registries.ts'
import { placesOf, readersOutput } from './constructs/pull-time-exclusions.ts'

/**
 * The commands for the ECR registries in which the deploy registers no roles; undefined where there are none. What is
 * read by a role of its account is registered by the template that makes the role.
 *
 * @param isOn the deploy registers them where it can
 */
export function pullTimeNote(settings: Settings, stack: Stack, isOn: boolean): string | undefined {
  const registries = isOn ? placesOf(settings, stack).elsewhere : ownReadEcrOf(settings, stack)
  if (registries.length === 0) return undefined
  const commands = registries.map(
    ({ account, region }) =>
      `in account ${named(account)}: for role in $roles; do aws ecr register-pull-time-update-exclusion --region ${named(region)} --principal-arn "$role"; done`,
  )
  return (
    'ECR takes each manifest that is read for a pull, also by us, and images grow young by it, unless the account of the registry lists our roles. ' +
    `The deploy lists them ${isOn ? 'in its own account alone' : 'nowhere, since pullTimeExclusions is false'}. After it, in its account: ` +
    `roles=$(aws cloudformation describe-stacks --stack-name ${stack.stackName} --query "Stacks[0].Outputs[?OutputKey=='${readersOutput}'].OutputValue" --output text); ` +
    commands.join('; ')
  )
}

const named = (part: string): string => (Token.isUnresolved(part) ? 'of the deploy' : part)
