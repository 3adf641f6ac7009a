import { randomUUID } from 'node:crypto'
import { AwsError } from './aws-error.ts'

const handlePattern = /^([0-9a-f-]{36})\/[0-9a-f-]{36}$/

/** A handle that is new with every receive and tells which message it belongs to. */
export const receiptHandleOf = (messageId: string): string =>
  Buffer.from(`${messageId}/${randomUUID()}`).toString('base64url')

/** The id of the message a receipt handle was made for. */
export const parseReceiptHandle = (receiptHandle: string): string => {
  const messageId = handlePattern.exec(Buffer.from(receiptHandle, 'base64url').toString())?.[1]
  if (messageId !== undefined) return messageId
  throw new AwsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`,
  )
}

export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message)
