import { DENY_KINDS, type DenyEntry, type DenyList } from '../contract/deny-list';

/** What the edge verified of a caller, as its headers say it; empty when it is not known. */
export interface Deniable {
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
  readonly tokenId: string;
}

/** Answers the entry that turns a caller away, `now` in milliseconds since 1970. One look-up for each kind, however long the list is. */
export function denier(list: DenyList): (caller: Deniable, now: number) => DenyEntry | undefined {
  const byKind = { jti: index(list, 'jti'), sub: index(list, 'sub'), azp: index(list, 'azp') };
  return (caller, now) => {
    const given = { jti: caller.tokenId, sub: caller.subject, azp: caller.client };
    for (const kind of DENY_KINDS) {
      const found = byKind[kind]
        .get(given[kind])
        ?.find(
          ({ issuer, until }) => (issuer === undefined || issuer === caller.issuer) && (until === undefined || now < Date.parse(until)),
        );
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function index({ entries }: DenyList, kind: (typeof DENY_KINDS)[number]): ReadonlyMap<string, readonly DenyEntry[]> {
  const found = new Map<string, DenyEntry[]>();
  for (const entry of entries) {
    if (entry[kind] === undefined) continue;
    // Headers arrive as bytes, one character each.
    const value = Buffer.from(entry[kind], 'utf8').toString('latin1');
    found.set(value, [...(found.get(value) ?? []), entry]);
  }
  return found;
}
