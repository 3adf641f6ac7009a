import { randomBytes, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { dayMs } from '../../../shared/domain/duration.ts'

/** PEM texts of the authority that clients trust, and of the server's certificate that it signed. */
export interface ServerIdentity {
  authority: string
  authorityKey: string
  certificate: string
  key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const validDays = 3650
const renewBeforeDays = 30

/** The identity kept in a file; made, or made anew before it expires, with an authority of its own for 127.0.0.1 and names. */
export async function loadIdentity(path: string, names: readonly string[] = ['localhost']): Promise<ServerIdentity> {
  if (existsSync(path)) {
    const kept: ServerIdentity = JSON.parse(await readFile(path, 'utf8'))
    if (isFresh(kept.certificate)) return kept
  }
  const identity = await createIdentity(names)
  await writeFile(`${path}.next`, JSON.stringify(identity, null, 2), { mode: 0o600 })
  await rename(`${path}.next`, path)
  return identity
}

function isFresh(certificate: string): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - Date.now() > renewBeforeDays * dayMs
}

// Only a first start needs the library, which takes as long to load as the rest of the server.
async function loadX509(): Promise<X509> {
  // Its injection container insists on a metadata API that none of its own classes has anything stored in.
  const none = () => undefined
  for (const name of ['getMetadata', 'getOwnMetadata', 'defineMetadata'])
    if (!(name in Reflect)) Reflect.set(Reflect, name, none)
  return import('@peculiar/x509')
}

type X509 = typeof import('@peculiar/x509')

const authorityName = 'CN=shelflife embedded Kubernetes'

async function createIdentity(names: readonly string[]): Promise<ServerIdentity> {
  const x509 = await loadX509()
  const [authorityKeys, serverKeys] = await Promise.all([generateKeys(), generateKeys()])
  return {
    authority: await createAuthority(x509, authorityKeys),
    authorityKey: await pemKey(authorityKeys.privateKey),
    certificate: await createCertificate(x509, authorityKeys, serverKeys.publicKey, names),
    key: await pemKey(serverKeys.privateKey),
  }
}

function validity(): { notBefore: Date; notAfter: Date } {
  // A day back, for clients whose clock is behind.
  return { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + validDays * dayMs) }
}

async function createAuthority(x509: X509, keys: KeyPair): Promise<string> {
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: authorityName,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return authority.toString('pem')
}

async function createCertificate(
  x509: X509,
  authorityKeys: KeyPair,
  publicKey: Key,
  names: readonly string[],
): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=127.0.0.1',
    issuer: authorityName,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: '127.0.0.1' },
        ...names.map(value => ({ type: 'dns' as const, value })),
      ]),
    ],
  })
  return certificate.toString('pem')
}

const generateKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

// As the crypto of this program has them: that of Node, or of the browser where the console's page is checked.
type KeyPair = Awaited<ReturnType<typeof generateKeys>>
type Key = KeyPair['publicKey']

function serialNumber(): string {
  return `00${randomBytes(8).toString('hex')}`
}

async function pemKey(key: Key): Promise<string> {
  const base64 = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${base64.replace(/.{64}/g, '$&\n').trim()}\n-----END PRIVATE KEY-----\n`
}
