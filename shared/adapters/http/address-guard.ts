import { type LookupAddress, type LookupAllOptions, type LookupOptions, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { InvalidInputError } from '../../errors.ts'

/**
 * Addresses that no registry of the outside world has: this machine, its link, and the metadata services of the
 * clouds. Private ranges are not among them, since registries inside a network are the common case.
 */
const forbidden = new BlockList()
forbidden.addSubnet('0.0.0.0', 8, 'ipv4')
forbidden.addSubnet('127.0.0.0', 8, 'ipv4')
forbidden.addSubnet('169.254.0.0', 16, 'ipv4')
forbidden.addAddress('100.100.100.200', 'ipv4')
forbidden.addAddress('168.63.129.16', 'ipv4')
forbidden.addAddress('::', 'ipv6')
forbidden.addAddress('::1', 'ipv6')
forbidden.addSubnet('fe80::', 10, 'ipv6')
forbidden.addAddress('fd00:ec2::254', 'ipv6')
// IPv4 in IPv6 clothes: compatible, NAT64 and 6to4. A mapped address (::ffff:) is matched by the IPv4 rules above.
forbidden.addSubnet('::', 96, 'ipv6')
forbidden.addSubnet('64:ff9b::', 96, 'ipv6')
forbidden.addSubnet('2002:7f00::', 24, 'ipv6')
forbidden.addSubnet('2002:a9fe::', 32, 'ipv6')

/** True for loopback, link-local, unspecified and cloud metadata addresses. `address` is an IP without brackets. */
export const isForbiddenAddress = (address: string): boolean =>
  forbidden.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

const refusal = (host: string, address: string): InvalidInputError =>
  new InvalidInputError(
    `${host}: expected the address of a registry, got ${address}, which is loopback, link-local or a metadata service; add the host to the settings if it is meant`,
  )

/**
 * Refuses a host that is itself an address, in any spelling: a URL has already turned `0x7f.1` and decimal forms into
 * dotted ones. A connection to a literal address never asks the lookup, so this check stands beside it.
 *
 * @throws InvalidInputError
 */
export function refuseForbiddenLiteral(url: URL): void {
  const address = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && isForbiddenAddress(address)) throw refusal(url.host, address)
}

/** Checks what a name resolves to at the moment of connecting, so that DNS rebinding finds no gap. */
export const guardedLookup: LookupFunction = (hostname, options: LookupOptions, callback) => {
  const all: LookupAllOptions = { ...options, all: true }
  lookup(hostname, all, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '')
    const bad = addresses.find(found => isForbiddenAddress(found.address))
    if (bad) return callback(refusal(hostname, bad.address), '')
    const [first] = addresses
    if (options.all || first === undefined) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}
