import { registryContract } from '../../../../contract/registry.ts'
import { gitlabUnderTest } from './gitlab-under-test.ts'

registryContract('GitLab with a metadata database', () => gitlabUnderTest(true, false))
registryContract('GitLab without one', () => gitlabUnderTest(false, false))
