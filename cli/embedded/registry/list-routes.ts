import { Hono } from 'hono'
import { repositoryUnknown } from './errors.ts'
import { requireRepositoryPath } from './names.ts'
import { linkHeader, pageOf } from './pagination.ts'
import type { RegistryDeps, RegistryEnv } from './registry-context.ts'

/** Tags of a repository, and repositories. */
export const listRoutes = ({ storage }: RegistryDeps): Hono<RegistryEnv> =>
  new Hono<RegistryEnv>()
    .get('/v2/_catalog', c => {
      const page = pageOf(storage.listRepositories(), '/v2/_catalog', c.req.query())
      return c.json({ repositories: page.items }, 200, linkHeader(page))
    })
    .get('/v2/:name{.+}/tags/list', c => {
      const name = requireRepositoryPath(c.req.param('name'))
      const repository = storage.findRepository(name)
      if (!repository) throw repositoryUnknown(name)
      const page = pageOf(repository.tags, `/v2/${name}/tags/list`, c.req.query())
      return c.json({ name, tags: page.items }, 200, linkHeader(page))
    })
