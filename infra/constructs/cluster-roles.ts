import { CfnOutput, Stack } from 'aws-cdk-lib'
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

/** A tag of the roles of functions: as whom each may ask clusters. */
export const clusterUserTag = 'shelflife:cluster-user'

/** Outputs with the ARNs of both roles. */
export const clusterRoleOutputs = { reader: 'ClusterReaderRole', executor: 'ClusterExecutorRole' } as const

export type ClusterUser = keyof typeof clusterRoleOutputs

/**
 * As whom clusters of EKS are asked: one role that reads, and one that may also delete Repository objects. They are beside the
 * state and not the roles of functions, since an access entry, and the trust of another account, is of one very role: it
 * would be lost with each pipeline that is deployed anew. A function takes one where its own role has the tag.
 */
export class ClusterRoles extends Construct {
  readonly reader: Role
  readonly executor: Role

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.reader = this.#createRole('reader', 'asks clusters of EKS as one who reads and writes status')
    this.executor = this.#createRole('executor', 'asks clusters of EKS as one who also deletes Repository objects')
  }

  #createRole(user: ClusterUser, description: string): Role {
    const tagged = { StringEquals: { [`aws:PrincipalTag/${clusterUserTag}`]: user } }
    const assumedBy = new AccountRootPrincipal().withConditions(tagged)
    const role = new Role(this, user, { assumedBy, description })
    new CfnOutput(Stack.of(this), clusterRoleOutputs[user], { value: role.roleArn, description })
    return role
  }
}
