import { startDynamodb } from '../../../../cli/embedded/aws/dynamodb.ts'
import { accessKey } from '../../../support/access-key.ts'

/** A process of its own, to be killed: serves the folder named by its argument and tells where. */
const dynamodb = await startDynamodb({ dataDir: process.argv[2] ?? '', accessKey })
console.log(dynamodb.endpoint)
