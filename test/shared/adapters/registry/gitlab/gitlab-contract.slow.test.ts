import { registryContract } from '../../../../contract/registry.ts'
import { gitlabUnderTest } from './gitlab-under-test.ts'

registryContract('GitLab, with a list of more than a page', () => gitlabUnderTest(true, true))
