import * as fc from 'fast-check'
import { randomWorld, type World } from './random-world.ts'
import { smallerWorlds } from './smaller-worlds.ts'

/**
 * Random worlds for fast-check: made in one go, which is far quicker than composing arbitraries, and shrunk by leaving
 * out one thing after the other.
 */
class ArbitraryWorld extends fc.Arbitrary<World> {
  override generate(random: fc.Random): fc.Value<World> {
    return new fc.Value(
      randomWorld(limit => random.nextInt(0, limit - 1)),
      undefined,
    )
  }

  override canShrinkWithoutContext(value: unknown): value is World {
    return typeof value === 'object' && value !== null && 'images' in value
  }

  override shrink(world: World): fc.Stream<fc.Value<World>> {
    return fc.stream(smallerWorlds(world)).map(each => new fc.Value(each, undefined))
  }
}

export const arbitraryWorld = (): fc.Arbitrary<World> => new ArbitraryWorld()
