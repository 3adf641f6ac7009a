import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { DocumentFile } from './document-file.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { action, type JsonService } from './json-protocol.ts'
import { findSecretFile, type SecretFile } from './secret-files.ts'

const versionSchema = z.object({
  id: z.string(),
  text: z.string().optional(),
  /** Base64, as it travels. */
  binary: z.string().optional(),
  createdAtMs: z.number(),
})
const secretSchema = z.object({
  arn: z.string(),
  /** Newest last: the last is AWSCURRENT, the one before it AWSPREVIOUS. */
  versions: z.array(versionSchema).min(1).max(2),
})
const documentSchema = z.record(z.string(), secretSchema)
type Secret = z.infer<typeof secretSchema>
type Version = z.infer<typeof versionSchema>

const valueFields = {
  SecretString: z.string().optional(),
  SecretBinary: z.string().optional(),
  ClientRequestToken: z.string().optional(),
}
const createInput = z.object({ Name: z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/), ...valueFields })
const putInput = z.object({ SecretId: z.string(), ...valueFields })
const getInput = z.object({
  SecretId: z.string(),
  VersionId: z.string().optional(),
  VersionStage: z.string().default('AWSCURRENT'),
})
/** The days of recovery, without which AWS deletes at once, are not built here. */
const deleteInput = z.object({ SecretId: z.string(), ForceDeleteWithoutRecovery: z.literal(true) })
type Value = Omit<z.infer<typeof createInput>, 'Name'>

/**
 * Secrets Manager, with the current and the previous version of each secret in one file. Before them count those that lie as
 * files in `folder`, which are somebody else's to change.
 */
export const secretsService = (
  path: string,
  identity: AwsIdentity,
  now: () => number,
  folder?: string,
): JsonService => {
  const file = new DocumentFile(path, documentSchema)
  const find = (secretId: string): { name: string; secret: Secret } => {
    const found = Object.entries(file.read({})).find(([name, secret]) => isNamed(name, secret, secretId))
    if (found) return { name: found[0], secret: found[1] }
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  }
  const remove = (secretId: string) => {
    const others = Object.entries(file.read({})).filter(([name, secret]) => !isNamed(name, secret, secretId))
    file.write(Object.fromEntries(others))
  }
  const save = (name: string, secret: Secret) => file.write({ ...file.read({}), [name]: secret })
  return {
    target: 'secretsmanager',
    namespace: 'com.amazonaws.secretsmanager',
    validationCode: 'InvalidParameterException',
    actions: {
      GetSecretValue: action(getInput, input => {
        const mounted = findSecretFile(folder, input.SecretId)
        if (mounted) return mountedValue(identity, input.SecretId, mounted)
        const { name, secret } = find(input.SecretId)
        return secretValue(name, secret, input.VersionId, input.VersionStage)
      }),
      CreateSecret: action(createInput, input => {
        if (Object.hasOwn(file.read({}), input.Name)) {
          throw new AwsError(
            'ResourceExistsException',
            `The operation failed because the secret ${input.Name} already exists.`,
          )
        }
        const version = versionOf(input, now())
        const arn = `${arnOf(identity, 'secretsmanager', `secret:${input.Name}`)}-${randomUUID().slice(0, 6)}`
        save(input.Name, { arn, versions: [version] })
        return { ARN: arn, Name: input.Name, VersionId: version.id }
      }),
      PutSecretValue: action(putInput, input => {
        if (findSecretFile(folder, input.SecretId)) throw isMounted(input.SecretId)
        const { name, secret } = find(input.SecretId)
        const version = versionOf(input, now())
        const versions = [...secret.versions.filter(one => one.id !== version.id), version].slice(-2)
        save(name, { ...secret, versions })
        return { ARN: secret.arn, Name: name, VersionId: version.id, VersionStages: ['AWSCURRENT'] }
      }),
      // As on AWS, one that is not there is deleted well.
      DeleteSecret: action(deleteInput, input => {
        remove(input.SecretId)
        return { Name: input.SecretId, DeletionDate: now() / 1000 }
      }),
    },
  }
}

const isMounted = (id: string): AwsError =>
  new AwsError(
    'InvalidRequestException',
    `The secret ${id} is a file that is mounted here: change it where it comes from.`,
  )

const mountedValue = (identity: AwsIdentity, id: string, { text, changedAtMs }: SecretFile) => ({
  ARN: `${arnOf(identity, 'secretsmanager', `secret:${id}`)}-mounted`,
  Name: id,
  VersionId: String(changedAtMs),
  VersionStages: ['AWSCURRENT'],
  SecretString: text,
  CreatedDate: changedAtMs / 1000,
})

/** A secret goes by its name, its ARN, or its ARN without the six random characters. */
const isNamed = (name: string, secret: Secret, secretId: string): boolean =>
  secretId === name || secretId === secret.arn || secretId === secret.arn.slice(0, -7)

const versionOf = (value: Value, createdAtMs: number): Version => {
  if ((value.SecretString === undefined) === (value.SecretBinary === undefined)) {
    throw new AwsError(
      'InvalidParameterException',
      'You must provide either SecretString or SecretBinary, and not both.',
    )
  }
  return {
    id: value.ClientRequestToken ?? randomUUID(),
    text: value.SecretString,
    binary: value.SecretBinary,
    createdAtMs,
  }
}

const secretValue = (name: string, secret: Secret, versionId: string | undefined, stage: string) => {
  const stages = ['AWSCURRENT', 'AWSPREVIOUS']
  const newestFirst = secret.versions.toReversed()
  const index =
    versionId === undefined ? stages.indexOf(stage) : newestFirst.findIndex(version => version.id === versionId)
  const version = newestFirst[index]
  if (!version) {
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${versionId ?? stage}.`,
    )
  }
  return {
    ARN: secret.arn,
    Name: name,
    VersionId: version.id,
    VersionStages: [stages[index]],
    SecretString: version.text,
    SecretBinary: version.binary,
    CreatedDate: version.createdAtMs / 1000,
  }
}
