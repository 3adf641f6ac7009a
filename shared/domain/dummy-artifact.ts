/** The artifact type of the manifest that stands under a tag for the moment of its deletion: no image of a user. */
export const dummyArtifactType = 'application/vnd.io.shelflife.dummy'
