import { digestOf, indexType } from '../../shared/domain/retention/retention-world.ts'
import { imageJson, imagesJson, policyYaml, usageJson, workloadJson } from './plan-run.ts'

/** Files of which one is bad, and what the complaint must say. */
export interface BadInput {
  readonly name: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  readonly says: string
}

const images = (...bad: readonly unknown[]) => ({ 'images.json': imagesJson(imageJson('v1'), ...bad) })
const lines = (...bad: readonly string[]) => ({ 'images.json': [JSON.stringify(imageJson('v1')), ...bad].join('\n') })
const policy = (spec: string) => ({ 'policy.yaml': `kind: ImageCleanupPolicy\nspec: ${spec}\n` })
const usage = (...workloads: readonly unknown[]) => ({ 'usage.json': usageJson(...workloads) })

export const badInputs: readonly BadInput[] = [
  {
    name: 'an unknown field',
    files: images({ ...imageJson('v2'), pushed: 1 }),
    says: 'image 2: expected the fields of an image, got "pushed"',
  },
  {
    name: 'B3 a __proto__ field',
    files: lines(`{"__proto__":{},${JSON.stringify(imageJson('v2')).slice(1)}`),
    says: 'line 2: expected the fields of an image, got "__proto__"',
  },
  {
    name: 'B3 deep nesting',
    files: lines(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    says: 'line 2: expected an image object, got a list',
  },
  {
    name: 'B3 a number beyond all numbers',
    files: lines(JSON.stringify(imageJson('v2')).replace('1000', '1e999')),
    says: 'line 2: sizeBytes: expected a whole number of bytes, got Infinity',
  },
  {
    name: 'B2 other bytes than UTF-8',
    files: { 'images.json': Buffer.from('{"images":[{"repository":"\xff"}]}', 'latin1') },
    says: 'expected UTF-8, got other bytes',
  },
  {
    name: 'text that is no JSON',
    files: lines('{"repository":'),
    says: 'line 2: expected an image as JSON, got "{\\"repository\\":"',
  },
  {
    name: 'a list that is cut off',
    files: { 'images.json': imagesJson(imageJson('v1')).slice(0, -2) },
    says: 'expected the end of the list of images, got the end of the text',
  },
  {
    name: 'an empty file',
    files: { 'images.json': ' \n' },
    says: 'expected {"images": […]} or one image a line, got nothing',
  },
  {
    name: 'B10 a digest of another algorithm',
    files: images(imageJson('v2', { digest: `sha512:${'0'.repeat(128)}` })),
    says: 'image 2: digest: expected sha256: and 64 lower-case hex digits',
  },
  {
    name: 'B10 a short digest among the children',
    files: images(imageJson('v2', { mediaType: indexType, children: [digestOf('v1'), 'sha256:0'] })),
    says: 'image 2: children[1]: expected sha256:',
  },
  {
    name: 'B9 a tag that starts with a hyphen',
    files: images(imageJson('-v2')),
    says: 'image 2: tags[0]: expected a tag',
  },
  {
    name: 'B9 a tag of 129 characters',
    files: images(imageJson('a'.repeat(129))),
    says: 'image 2: tags[0]: expected a tag',
  },
  { name: 'B9 a tag with a line break', files: images(imageJson('v2\nv3')), says: 'got "v2\\nv3"' },
  {
    name: 'B8 a repository that climbs',
    files: images(imageJson('v2', { repository: 'registry.example.com/../app' })),
    says: 'image 2: repository: expected an image name',
  },
  {
    name: 'B8 a repository in upper case',
    files: images(imageJson('v2', { repository: 'registry.example.com/App' })),
    says: 'image 2: repository: expected an image name',
  },
  {
    name: 'a repository with a tag',
    files: images(imageJson('v2', { repository: 'nginx:1.27' })),
    says: 'a repository is named without tag and digest',
  },
  {
    name: 'B18 30 February',
    files: images(imageJson('v2', { pushedAt: '2026-02-30T00:00:00Z' })),
    says: 'image 2: pushedAt: expected a time such as',
  },
  {
    name: 'B18 a time that is text',
    files: images(imageJson('v2', { pulledAt: 'yesterday' })),
    says: 'image 2: pulledAt: expected a time such as',
  },
  {
    name: 'a field that is null',
    files: images(imageJson('v2', { pulledAt: null })),
    says: 'image 2: pulledAt: expected a text, got null',
  },
  {
    name: 'a digest that is there twice',
    files: images(imageJson('v1', { tags: [] })),
    says: `image 2: expected each digest of registry.example.com/app once, got ${digestOf('v1')} again, first on image 1`,
  },
  {
    name: 'a tag that is there twice',
    files: lines(JSON.stringify(imageJson('v2', { tags: ['v1'] }))),
    says: 'line 2: expected each tag of registry.example.com/app once, got v1 again, first on line 1',
  },
  {
    name: 'one repository under two spellings with a tag twice',
    files: {
      'images.json': imagesJson(
        imageJson('v1', { repository: 'nginx' }),
        imageJson('v2', { repository: 'docker.io/library/nginx', tags: ['v1'] }),
      ),
    },
    says: 'image 2: expected each tag of docker.io/library/nginx once',
  },
  {
    name: 'B19 keepRecent -1',
    files: policy('{keepRecent: -1}'),
    says: 'policy.yaml: spec.keepRecent: expected a whole number from 0 to 1000, got -1',
  },
  {
    name: 'B19 keepRecent NaN',
    files: policy('{keepRecent: .nan}'),
    says: 'spec.keepRecent: expected a whole number from 0 to 1000, got NaN',
  },
  {
    name: 'B19 keepRecent 1e21',
    files: policy('{keepRecent: 1e21}'),
    says: 'spec.keepRecent: expected a whole number from 0 to 1000',
  },
  {
    name: 'B19 keepRecent as text',
    files: policy('{keepRecent: "5"}'),
    says: 'spec.keepRecent: expected a whole number from 0 to 1000, got "5"',
  },
  {
    name: 'B19 no rule at all',
    files: policy('{}'),
    says: 'spec: expected at least one of keepRecent, semver, unusedDays or keepDays, or rules',
  },
  {
    name: 'B19, I12 a duration without a unit',
    files: policy('{keepDays: 1, gracePeriod: 1h30}'),
    says: 'spec.gracePeriod: expected a duration such as 1h30m',
  },
  {
    name: 'B20 a backreference',
    files: policy("{keepDays: 1, groupBy: '(a)\\1'}"),
    says: 'spec.groupBy: expected an RE2 pattern',
  },
  {
    name: 'B20 a pattern of 10 KB',
    files: policy(`{keepDays: 1, groupBy: '${'a'.repeat(10_240)}'}`),
    says: 'spec.groupBy: expected an RE2 pattern of at most 256 characters',
  },
  {
    name: 'a schedule with a minute that does not exist',
    files: policy('{keepDays: 1, schedule: "61 * * * *"}'),
    says: 'policy.yaml: spec.schedule: expected a cron line of five fields such as "0 2 * * *" or a macro such as @daily, got "61 * * * *"',
  },
  {
    name: 'a schedule that never comes',
    files: policy('{keepDays: 1, schedule: "0 0 30 2 *"}'),
    says: 'policy.yaml: spec.schedule: expected a schedule with a next run, got "0 0 30 2 *"',
  },
  {
    name: 'a time zone that nobody knows',
    files: policy('{keepDays: 1, schedule: "0 2 * * *", timeZone: Mars/Olympus}'),
    says: 'policy.yaml: spec.timeZone: expected UTC or a time zone that the IANA database knows such as Europe/Berlin, got "Mars/Olympus"',
  },
  {
    name: 'B35 a time zone without a place',
    files: policy('{keepDays: 1, schedule: "0 2 * * *", timeZone: CST}'),
    says: 'policy.yaml: spec.timeZone: expected UTC or an IANA time zone with a slash such as Europe/Berlin, got "CST"',
  },
  {
    name: 'B35 a time zone without a place and without a schedule',
    files: policy('{keepDays: 1, timeZone: CST}'),
    says: 'policy.yaml: spec.timeZone: expected UTC or an IANA time zone',
  },
  {
    name: 'a policy field that is misspelled',
    files: policy('{keepRecnt: 3}'),
    says: 'spec: expected known fields, got "keepRecnt"',
  },
  {
    name: 'a policy of another kind',
    files: { 'policy.yaml': 'kind: Deployment\nspec: {keepRecent: 1}\n' },
    says: 'kind: expected ImageCleanupPolicy, got "Deployment"',
  },
  {
    name: 'a policy key that is there twice',
    files: { 'policy.yaml': 'spec:\n  keepRecent: 1\n  keepRecent: 2\n' },
    says: 'policy.yaml: line 3: expected one YAML or JSON document',
  },
  {
    name: 'two policies in one file',
    files: { 'policy.yaml': `${policyYaml}\n---\n${policyYaml}` },
    says: 'expected one YAML or JSON document',
  },
  {
    name: 'a glob that can never match',
    files: policy('{keepDays: 1, keepTags: ["1.2.3+4"]}'),
    says: 'spec.keepTags[0]: expected a tag with * and ? as wildcards, got "1.2.3+4": "+" can never occur in a tag',
  },
  {
    name: 'usage without complete',
    files: { 'usage.json': '{"workloads":[]}' },
    says: 'usage.json: complete: expected true or false, got nothing',
  },
  {
    name: 'B24 a workload with a broken digest',
    files: usage(workloadJson('app@sha256:123')),
    says: 'usage.json: workloads[0].image: expected an image name',
  },
  {
    name: 'a workload of what is no kind',
    files: usage({ ...workloadJson('app'), kind: 'a thing' }),
    says: 'usage.json: workloads[0].kind: expected a kind such as Pod',
  },
  {
    name: 'a workload seen at an impossible time',
    files: usage({ ...workloadJson('app'), lastSeenAt: '2026-13-01T00:00:00Z' }),
    says: 'workloads[0].lastSeenAt: expected a time such as 2026-11-23T00:00:00Z, got "2026-13-01T00:00:00Z"',
  },
]
