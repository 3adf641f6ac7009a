/** What tests sign their requests to embedded AWS services with. Imports nothing: processes of their own use it too. */
export const accessKey = { accessKeyId: 'test', secretAccessKey: 'test' }
