import type { JsonValue, KubernetesObject, StoredMeta } from './kubernetes-object.ts'
import { invalidValue, requiredValue, type StatusCause } from './status-error.ts'

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const namePart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const dnsLabelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const namePartRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** What the server refuses in metadata: names and labels that are none. Namespaces have the stricter names. */
export function validateMetadata(metadata: StoredMeta, kind: string): StatusCause[] {
  return [
    ...nameCauses(metadata.name, kind === 'Namespace'),
    ...labelCauses(metadata.labels, 'metadata.labels'),
    ...Object.keys(metadata.annotations ?? {}).flatMap(key => keyCauses(key, 'metadata.annotations')),
  ]
}

function keyCauses(key: string, field: string): StatusCause[] {
  return namePart.test(key.slice(key.indexOf('/') + 1)) ? [] : [invalidValue(field, namePartRule, key)]
}

function nameCauses(name: string, isLabel: boolean): StatusCause[] {
  if (!name) return [requiredValue('metadata.name', 'name or generateName is required')]
  const limit = isLabel ? 63 : 253
  const tooLong =
    name.length > limit ? [invalidValue('metadata.name', `must be no more than ${limit} bytes`, name)] : []
  const isValid = (isLabel ? dnsLabel : subdomain).test(name)
  return isValid ? tooLong : [...tooLong, invalidValue('metadata.name', isLabel ? dnsLabelRule : subdomainRule, name)]
}

function labelCauses(labels: Record<string, JsonValue> | undefined, field: string): StatusCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => {
    const badValue = labelValue.test(String(value)) ? [] : [invalidValue(field, labelValueRule, value)]
    const tooLong = String(value).length > 63 ? [invalidValue(field, 'must be no more than 63 bytes', value)] : []
    return [...keyCauses(key, field), ...tooLong, ...badValue]
  })
}

/** Fields of metadata that only the server writes; a patch that changes one is refused. */
export function immutableMetadataCauses(object: KubernetesObject, old: KubernetesObject): StatusCause[] {
  const { uid } = object.metadata
  return uid && uid !== old.metadata.uid ? [invalidValue('metadata.uid', 'field is immutable', uid)] : []
}
