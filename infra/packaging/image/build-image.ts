import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packageJson from '../../../package.json' with { type: 'json' }
import { bundleCommand, commandFile, enginesFolder } from '../bundle-command.ts'
import { projectRoot } from '../project-root.ts'
import { noticesOf, packagesIn } from '../third-party.ts'
import { imageArchive } from './image-archive.ts'
import { type LayerEntry, layerOf } from './layer.ts'
import { nodeEntries, nodePath } from './node-of-project.ts'

/** Nobody's number on a usual machine. */
const user = 65_532
const documents = 'usr/share/doc/shelflife'
const home = 'data'

/** The image of the whole installation for this machine's processor: the command, the Node that runs it, and nothing else. */
export async function buildImage(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-image-'))
  try {
    const metafiles = await bundleCommand(folder, `/${nodePath}`)
    const notices = noticesOf(packagesIn(metafiles))
    const layers = [await layerOf(nodeEntries()), await layerOf([...commandEntries(folder), ...systemEntries(notices)])]
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
    return await imageArchive({ layers, architecture, config, name: `${packageJson.name}:${packageJson.version}` })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const config = {
  User: `${user}:${user}`,
  WorkingDir: `/${home}`,
  Env: ['PATH=/usr/bin', `HOME=/${home}`, 'XDG_CACHE_HOME=/tmp'],
  Entrypoint: ['/usr/bin/shelflife'],
  Labels: {
    'org.opencontainers.image.title': packageJson.name,
    'org.opencontainers.image.description': packageJson.description,
    'org.opencontainers.image.version': packageJson.version,
    'org.opencontainers.image.licenses': packageJson.license,
  },
}

/** Found on the PATH under its name; its engines are looked for beside the file itself. */
function commandEntries(folder: string): LayerEntry[] {
  const ofPlatform = join(enginesFolder, `linux-${process.arch}`)
  const engines = globSync(`${ofPlatform}/*.node`, { cwd: folder }).sort()
  return [
    { path: 'usr/bin/shelflife', mode: 0o755, from: join(folder, commandFile) },
    ...engines.map(path => ({ path: `usr/bin/${path}`, mode: 0o755, from: join(folder, path) })),
  ]
}

const systemEntries = (notices: string): LayerEntry[] => [
  { path: 'etc/passwd', mode: 0o644, text: `shelflife:x:${user}:${user}::/${home}:/sbin/nologin\n` },
  { path: 'etc/group', mode: 0o644, text: `shelflife:x:${user}:\n` },
  { path: `${home}/`, mode: 0o700, owner: user },
  { path: 'tmp/', mode: 0o1777 },
  { path: `${documents}/LICENSE`, mode: 0o644, from: join(projectRoot, 'LICENSE') },
  { path: `${documents}/THIRD-PARTY-NOTICES.txt`, mode: 0o644, text: notices },
]
