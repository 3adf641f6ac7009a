import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { emailOf } from '../../domain/notifications/forms.ts'
import type { Message } from '../../domain/notifications/message.ts'
import type { EmailReceiver } from '../../domain/notifications/receiver.ts'
import { AccessDeniedError, UnavailableError } from '../../errors.ts'
import { errorName, translateAwsError } from '../http/aws-errors.ts'

/** Wrong with the topic, its policy or its key, whatever the message says; SNS answers 400 for most of what is with the key. */
const closed =
  /^(NotFound|AuthorizationError|InvalidSecurity|KMS(AccessDenied|Disabled|InvalidState|NotFound|OptInRequired))/

/** A topic is spoken to in its own region, which its ARN names. */
export const openTopic = ({ topicArn }: EmailReceiver): SNSClient =>
  new SNSClient({ region: topicArn.split(':')[3] ?? '' })

/** Publishes a message to the receiver's topic, whose subscribers get it by e-mail. */
export async function publishMessage(receiver: EmailReceiver, message: Message, client: SNSClient): Promise<void> {
  const { subject: Subject, text } = emailOf(message)
  const what = `receiver ${receiver.name}: topic ${receiver.topicArn}`
  try {
    await client.send(new PublishCommand({ TopicArn: receiver.topicArn, Subject, Message: text }))
  } catch (error) {
    const name = errorName(error)
    if (closed.test(name))
      throw new AccessDeniedError(
        `${what}: expected a topic that may be published to, got ${name}; see that it exists, and that its policy, and that of its key where it is encrypted, let the role of notify publish`,
        { cause: error },
      )
    if (name.startsWith('KMSThrottling'))
      throw new UnavailableError(`${what}: expected an answer, got ${name}`, { kind: 'rate-limited', cause: error })
    throw translateAwsError(what, error, 'SNS')
  }
}
