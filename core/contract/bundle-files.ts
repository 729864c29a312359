/** File names inside a bundle folder. Writers write parts first, then `index.json` by rename; readers watch `index.json` and `endpoints.json`. */
export const BundleFile = {
  index: 'index.json',
  endpoints: 'endpoints.json',
  openapi: (digest: string): string => `parts/openapi-${digest.slice(0, 16)}.json.gz`,
  part: (name: string, digest: string): string => `parts/${name}-${digest.slice(0, 16)}.json.gz`,
} as const;
