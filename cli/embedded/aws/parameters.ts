import * as z from 'zod'
import { AwsError } from './aws-error.ts'
import { DocumentFile } from './document-file.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { action, type JsonService } from './json-protocol.ts'

const typeSchema = z.enum(['String', 'StringList', 'SecureString'])
const parameterSchema = z.object({
  type: typeSchema,
  value: z.string(),
  version: z.int(),
  changedAtMs: z.number(),
})
const documentSchema = z.record(z.string(), parameterSchema)

const getInput = z.object({ Name: z.string(), WithDecryption: z.boolean().default(false) })
const putInput = z.object({
  Name: z.string().regex(/^[A-Za-z0-9_./-]{1,2048}$/),
  Value: z.string().max(8192),
  Type: typeSchema.optional(),
  Overwrite: z.boolean().default(false),
})

/** The part of SSM that keeps parameters, in one file. */
export const parametersService = (path: string, identity: AwsIdentity, now: () => number): JsonService => {
  const file = new DocumentFile(path, documentSchema)
  const arnOfName = (name: string) => arnOf(identity, 'ssm', `parameter/${name.replace(/^\//, '')}`)
  return {
    target: 'AmazonSSM',
    namespace: 'com.amazonaws.ssm',
    validationCode: 'ValidationException',
    actions: {
      GetParameter: action(getInput, input => {
        const [name, parameter] =
          Object.entries(file.read({})).find(([key]) => input.Name === key || input.Name === arnOfName(key)) ?? []
        if (name === undefined || !parameter)
          throw new AwsError('ParameterNotFound', `Parameter ${input.Name} not found.`)
        return { Parameter: wireParameter(name, parameter, arnOfName(name)) }
      }),
      PutParameter: action(putInput, input => {
        const document = file.read({})
        const existing = Object.hasOwn(document, input.Name) ? document[input.Name] : undefined
        if (existing && !input.Overwrite) {
          throw new AwsError(
            'ParameterAlreadyExists',
            'The parameter already exists. To overwrite this value, set the overwrite option.',
          )
        }
        const type = input.Type ?? existing?.type
        if (!type)
          throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.')
        const version = (existing?.version ?? 0) + 1
        file.write({ ...document, [input.Name]: { type, value: input.Value, version, changedAtMs: now() } })
        return { Version: version, Tier: 'Standard' }
      }),
    },
  }
}

const wireParameter = (name: string, parameter: z.infer<typeof parameterSchema>, arn: string) => ({
  Name: name,
  ARN: arn,
  Type: parameter.type,
  Value: parameter.value,
  Version: parameter.version,
  LastModifiedDate: parameter.changedAtMs / 1000,
  DataType: 'text',
})
