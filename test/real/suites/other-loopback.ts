import { connect, createServer, type Server } from 'node:net'
import { parse, stringify } from 'yaml'

const address = '127.0.0.2'

/**
 * Passes a local port on at another loopback address, byte for byte. The emulator turns every https call of a function
 * to 127.0.0.1 into plain http, because it takes it for one to itself; AWS does not.
 */
export async function passOn(port: number): Promise<Server> {
  const server = createServer(client => {
    const onward = connect(port, '127.0.0.1')
    client.on('error', () => onward.destroy())
    onward.on('error', () => client.destroy())
    client.pipe(onward).pipe(client)
  })
  await new Promise<void>(resolve => server.listen(port, address, resolve))
  return server
}

/** The same kubeconfig by way of `passOn`. The server's certificate is for 127.0.0.1 alone, so it is not verified. */
export function kubeconfigOfOther(kubeconfig: string): string {
  const config = parse(kubeconfig)
  for (const { cluster } of config.clusters) {
    cluster.server = cluster.server.replace('127.0.0.1', address)
    delete cluster['certificate-authority-data']
    cluster['insecure-skip-tls-verify'] = true
  }
  return stringify(config)
}
