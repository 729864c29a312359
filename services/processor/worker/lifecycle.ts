import type { BundleContract } from '../../../core/contract/bundle';

/** What an answer says of its contract's end: `deprecation` (RFC 9745, a structured date) and `sunset` (RFC 8594, an HTTP date). Days begin at midnight UTC. */
export function lifecycleHeaders({ deprecated, sunset }: BundleContract['lifecycle']): { readonly [name: string]: string } {
  return {
    ...(deprecated === undefined ? {} : { deprecation: `@${Date.parse(deprecated) / 1000}` }),
    ...(sunset === undefined ? {} : { sunset: new Date(sunset).toUTCString() }),
  };
}
