import { type LookupAddress, type LookupAllOptions, type LookupOptions, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { InvalidInputError } from '../../errors.ts'

const listOf = (subnets: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets) {
    const [address = '', prefix = ''] = subnet.split('/')
    list.addSubnet(address, Number(prefix), familyOf(address))
  }
  return list
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/**
 * Addresses that no registry of the outside world has: this machine, its link, what is no one machine, and the metadata
 * services of the clouds. A mapped address (::ffff:) is matched by the IPv4 rules.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const forbidden = listOf([
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  // Protocol assignments, among them the metadata service of Oracle's cloud.
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Alibaba's metadata service and Azure's wire server.
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fe80::/10',
  'ff00::/8',
  // Metadata services: Amazon's (with its pod identity and DNS), Google's, Oracle's, Scaleway's.
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  'fd00:c1::a9fe:a9fe/128',
  'fd00:42::42/128',
  // IPv4 within IPv6: compatible (with :: and ::1), translated, both NAT64 prefixes, 6to4 and Teredo.
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  '2001::/32',
])

/** Networks inside an organisation. Registries there are the common case, so that they are refused only where that is wished. */
const privateNetworks = listOf([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '198.18.0.0/15',
  'fc00::/7',
  'fec0::/10',
])

/** Keeps requests away from addresses that a name from outside must not lead to. */
export interface AddressGuard {
  /**
   * Refuses a host that is itself an address, in any spelling: a URL has already turned `0x7f.1` and decimal forms into
   * dotted ones. A connection to a literal address never asks the lookup, so this check stands beside it.
   *
   * @throws InvalidInputError
   */
  readonly refuseLiteral: (url: URL) => void
  /** Checks what a name resolves to at the moment of connecting, so that DNS rebinding cannot get around it. */
  readonly lookup: LookupFunction
}

/** Refuses loopback, link-local, multicast and cloud metadata addresses, and private ones where `refusePrivate` says so. */
export function createAddressGuard({ refusePrivate }: { readonly refusePrivate: boolean }): AddressGuard {
  const refusalOf = (host: string, address: string): InvalidInputError | undefined => {
    const family = familyOf(address)
    if (forbidden.check(address, family)) return forbiddenRefusal(host, address)
    return refusePrivate && privateNetworks.check(address, family) ? privateRefusal(host) : undefined
  }
  return {
    refuseLiteral(url) {
      const address = url.hostname.replace(/^\[|\]$/g, '')
      const refusal = isIP(address) === 0 ? undefined : refusalOf(url.host, address)
      if (refusal) throw refusal
    },
    lookup: guardedLookup(refusalOf),
  }
}

const forbiddenRefusal = (host: string, address: string): InvalidInputError =>
  new InvalidInputError(
    `${host}: expected the address of a registry, got ${address}, which is loopback, link-local, multicast or a metadata service; add the host to the settings if it is meant`,
  )

/** Without the address, which says to whoever wrote the name how the inner network is numbered. */
const privateRefusal = (host: string): InvalidInputError =>
  new InvalidInputError(
    `${host}: expected a public address, got a private one, which this installation refuses; add the host to registries in the settings if it is meant`,
  )

const guardedLookup =
  (refusalOf: (host: string, address: string) => InvalidInputError | undefined): LookupFunction =>
  (hostname, options: LookupOptions, callback) => {
    const all: LookupAllOptions = { ...options, all: true }
    lookup(hostname, all, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '')
      const refusal = addresses.map(({ address }) => refusalOf(hostname, address)).find(one => one !== undefined)
      if (refusal) return callback(refusal, '')
      const [first] = addresses
      if (options.all || first === undefined) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
