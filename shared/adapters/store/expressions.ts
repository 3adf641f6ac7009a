import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb'

/** `#name` in a condition always stands for the attribute of that name, reserved word or not. */
export function namesOf(condition: string) {
  const found = condition.match(/#\w+/g)
  return found && { ExpressionAttributeNames: Object.fromEntries(found.map(name => [name, name.slice(1)])) }
}

/**
 * Adds numbers to those of an item, and sets the rest.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function addition(
  numbers: Readonly<Record<string, number>>,
  set: Readonly<Record<string, NativeAttributeValue>>,
) {
  const added = Object.keys(numbers).map(name => `#${name} :${name}`)
  const assigned = Object.keys(set).map(name => `#${name} = :${name}`)
  const all = Object.entries({ ...numbers, ...set })
  return {
    UpdateExpression: `ADD ${added.join(', ')} SET ${assigned.join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(all.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(all.map(([name, value]) => [`:${name}`, value])),
  }
}
