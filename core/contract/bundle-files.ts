/** File names inside a bundle folder. Writers write parts first, then `index.json` by rename; readers watch the four others. */
export const BundleFile = {
  index: 'index.json',
  endpoints: 'endpoints.json',
  /** `GatewayZones`; absent = no zone is preferred. */
  zones: 'zones.json',
  /** A `DenyList`; absent = nobody is turned away. */
  deny: 'deny.json',
  openapi: (digest: string): string => `parts/openapi-${digest.slice(0, 16)}.json.gz`,
  part: (name: string, digest: string): string => `parts/${name}-${digest.slice(0, 16)}.json.gz`,
} as const;
