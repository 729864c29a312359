/** File names inside a bundle folder. Writers write parts first, then `index.json` by rename; readers watch `index.json` and `endpoints.json`. */
export const BundleFile = {
  index: 'index.json',
  endpoints: 'endpoints.json',
  part: (name: string, digest: string): string => `parts/${name}-${digest.slice(0, 16)}.json.gz`,
} as const;
