/** The artifact type of the manifest that stands under a tag for the moment of its deletion: no image of anybody's. */
export const dummyArtifactType = 'application/vnd.io.shelflife.dummy'
