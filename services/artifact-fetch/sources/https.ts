import { FetchFailure } from '../failure';
import type { Source } from './source';

/** `https://…`: one file; a folder is an archive. The credential `token` is sent to that host only, never after a redirect to another. */
export const https: Source = async ({ request, client, credentials, budget }, path) => {
  if (!URL.canParse(request.uri)) throw new FetchFailure(`${request.uri} is not an address`);
  const url = new URL(request.uri);
  if (url.username !== '' || url.password !== '')
    throw new FetchFailure('an address must not hold credentials; they belong into the secret');
  const token = credentials('token');
  await client.download(
    url,
    (at) => (token !== undefined && at.origin === url.origin ? { authorization: `Bearer ${token}` } : {}),
    path,
    budget,
  );
};
