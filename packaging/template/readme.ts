import { assetPrefix } from './plain-synthesizer.ts'

interface Names {
  readonly state: string
  readonly pipeline: string
  readonly bucket: string | undefined
}

/** What to do with the templates, for whoever has no more than them. */
export function readmeOf({ state, pipeline, bucket }: Names): string {
  const name = bucket ?? 'BUCKET'
  const parameter = bucket === undefined ? ` \\\n  --parameter-overrides AssetsBucket=${name}` : ''
  return `# shelflife as CloudFormation templates

They need nothing of CDK. The assets go into a bucket of the region of the stacks${bucket === undefined ? '; put its name for BUCKET' : ''}.

\`\`\`bash
aws s3 cp assets s3://${name}/${assetPrefix} --recursive
aws cloudformation deploy --stack-name ${state} --template-file state.template.json
aws cloudformation update-termination-protection --enable-termination-protection --stack-name ${state}
aws cloudformation deploy --stack-name ${pipeline} --template-file pipeline.template.json --s3-bucket ${name} \\
  --capabilities CAPABILITY_IAM${parameter}
\`\`\`

${state} holds what must not be lost, and is kept when it is deleted. ${pipeline} can be deleted and deployed again at any time.
The stacks keep these names: the second finds the first by its name. The settings are in the assets: for others, make the
templates anew.
`
}
