import { assetPrefix } from './plain-synthesizer.ts'

interface Names {
  readonly state: string
  readonly work: string
  readonly pipeline: string
  readonly bucket: string | undefined
}

/** What to do with the templates, for whoever has no more than them. */
export function readmeOf({ state, work, pipeline, bucket }: Names): string {
  const name = bucket ?? 'BUCKET'
  const deploy = (stack: string, file: string, parameter = '') =>
    `aws cloudformation deploy --stack-name ${stack} --template-file ${file}.template.json --s3-bucket ${name} \\
  --capabilities CAPABILITY_IAM${parameter}`
  const protect = (stack: string) =>
    `aws cloudformation update-termination-protection --enable-termination-protection --stack-name ${stack}`
  const parameter = bucket === undefined ? ` --parameter-overrides AssetsBucket=${name}` : ''
  return `# shelflife as CloudFormation templates

They need nothing of CDK. The assets go into a bucket of the region of the stacks${bucket === undefined ? '; put its name for BUCKET' : ''}.

\`\`\`bash
aws s3 cp assets s3://${name}/${assetPrefix} --recursive
${deploy(state, 'state')}
${protect(state)}
${deploy(work, 'work')}
${protect(work)}
${deploy(pipeline, 'pipeline', parameter)}
\`\`\`

${state} holds what must not be lost, and is kept when it is deleted. ${work} holds queues, logs and the address of the webhooks, and
is kept as well. ${pipeline} can be deleted and deployed again at any time. The stacks keep these names: one finds another by its name.
The settings are in the assets: for others, make the templates anew.
`
}
