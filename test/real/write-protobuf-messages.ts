import { writeFileSync } from 'node:fs'
import { readProtobufMessages } from './parts/protobuf-messages.ts'

// After another Kubernetes in test/real/go: what the embedded API reads of protobuf.
const file = new URL('../../cli/embedded/kubernetes/protobuf/messages.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(await readProtobufMessages(), null, 2)}\n`)
