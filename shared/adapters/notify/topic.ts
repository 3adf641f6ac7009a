import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { emailOf } from '../../domain/notifications/forms.ts'
import type { Message } from '../../domain/notifications/message.ts'
import type { EmailReceiver } from '../../domain/notifications/receiver.ts'
import { AccessDeniedError } from '../../errors.ts'
import { errorName, translateAwsError } from '../http/aws-errors.ts'

/** Publishes a message to the receiver's topic, whose subscribers get it by e-mail. */
export async function publishMessage(receiver: EmailReceiver, message: Message, client: SNSClient): Promise<void> {
  const { subject: Subject, text } = emailOf(message)
  const what = `receiver ${receiver.name}: topic ${receiver.topicArn}`
  try {
    await client.send(new PublishCommand({ TopicArn: receiver.topicArn, Subject, Message: text }))
  } catch (error) {
    if (/^(NotFound|AuthorizationError)/.test(errorName(error)))
      throw new AccessDeniedError(
        `${what}: expected a topic that may be published to, got ${errorName(error)}; see that it exists and its policy lets the role of notify publish`,
        { cause: error },
      )
    throw translateAwsError(what, error, 'SNS')
  }
}
