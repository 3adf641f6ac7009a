import { type JsonValue, type KubernetesObject, listAt, objectAt, valueAt } from './kubernetes-object.ts'
import { age, column, name, wide } from './printer-column.ts'
import type { PrinterColumn } from './resource-type.ts'

export const serviceColumns: PrinterColumn[] = [
  name,
  column('Type', object => valueAt(object, ['spec', 'type']) ?? ''),
  column('Cluster-IP', object => listAt(object.spec, 'clusterIPs')[0] ?? '<none>'),
  column('External-IP', externalAddress),
  column('Port(s)', object => listAt(object.spec, 'ports').map(portText).join(',') || '<none>'),
  age,
  column('Selector', selectorText, wide),
]

function externalAddress(object: KubernetesObject): string {
  const type = valueAt(object, ['spec', 'type'])
  if (type === 'ExternalName') return String(valueAt(object, ['spec', 'externalName']) ?? '')
  const ingress = listAt(valueAt(object, ['status', 'loadBalancer']), 'ingress')
  const given = ingress.map(one => valueAt(one, ['ip']) ?? valueAt(one, ['hostname']) ?? '').filter(Boolean)
  return (
    [...given, ...listAt(object.spec, 'externalIPs')].join(',') || (type === 'LoadBalancer' ? '<pending>' : '<none>')
  )
}

function portText(port: JsonValue): string {
  const [number, nodePort, protocol] = ['port', 'nodePort', 'protocol'].map(field => valueAt(port, [field]))
  return `${number}${nodePort ? `:${nodePort}` : ''}/${protocol}`
}

function selectorText(object: KubernetesObject): string {
  const labels = Object.entries(objectAt(object.spec, 'selector')).map(([key, value]) => `${key}=${value}`)
  return labels.toSorted().join(',') || '<none>'
}
