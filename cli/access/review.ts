import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finding, type Finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { isJsonObject, type JsonValue } from '../../core/json';
import type { Holder } from '../run/access';
import type { Role } from './list';
import { isGranted, isOver, requestFile, type AccessRequest } from './requests';

/** Somebody with a role, or somebody who should have it. */
export interface AccessRow {
  readonly role: string;
  readonly person: string;
  /** Day, and who gave it: of the file in `access/`, else of Keycloak's events. */
  readonly since?: string;
  readonly by?: string;
  readonly until?: string;
  readonly reason?: string;
  /** Day of the last call to something that the role opens. */
  readonly lastCall?: string;
  /** What somebody should look at. */
  readonly odd: readonly string[];
}

/** Who has what, since when, by whom; and what does not fit together. `calls`: `lastCalls`. `today` as `YYYY-MM-DD`. */
export function reviewAccess(
  {
    holders,
    requests,
    roles,
  }: { readonly holders: readonly Holder[]; readonly requests: readonly AccessRequest[]; readonly roles: readonly Role[] },
  calls: ReadonlyMap<string, string>,
  today: string,
): readonly AccessRow[] {
  const files = new Map(requests.map((request) => [`${request.role} ${request.person}`, request]));
  const opens = new Map(roles.map((role) => [role.role, role.opens]));
  const held = holders.map(({ role, person, since, by }): AccessRow => {
    const file = files.get(`${role} ${person.name}`);
    const grant = file && isGranted(file) ? file : undefined;
    const last = (opens.get(role) ?? [])
      .flatMap((method) => calls.get(`${person.id} ${method}`) ?? [])
      .sort()
      .at(-1);
    const odd = [
      ...(grant ? [] : [file?.revoked ? `taken away on ${file.revoked.on}, and there again` : 'no grant in access/ says so']),
      ...(grant && isOver(grant, today) ? [`ended on ${grant.until ?? ''}`] : []),
      ...(person.enabled ? [] : ['the login is disabled']),
    ];
    return {
      role,
      person: person.name,
      ...(grant?.granted ? { since: grant.granted.on, by: grant.granted.by } : { ...(since ? { since } : {}), ...(by ? { by } : {}) }),
      ...(grant?.until === undefined ? {} : { until: grant.until }),
      ...(grant ? { reason: grant.reason } : {}),
      ...(last === undefined ? {} : { lastCall: last }),
      odd,
    };
  });
  const has = new Set(holders.map(({ role, person }) => `${role} ${person.name}`));
  const lost = requests
    .filter((request) => isGranted(request) && opens.has(request.role) && !has.has(`${request.role} ${request.person}`))
    .map(({ role, person, granted, until, reason }): AccessRow => {
      const what = {
        role,
        person,
        reason,
        ...(granted ? { since: granted.on, by: granted.by } : {}),
        ...(until === undefined ? {} : { until }),
      };
      return { ...what, odd: ['granted, and not there: taken away elsewhere, or the login is gone'] };
    });
  const orphans = requests
    .filter((request) => isGranted(request) && !opens.has(request.role))
    .map(({ role, person, reason }): AccessRow => ({ role, person, reason, odd: ['no model has this role any more'] }));
  return [...held, ...lost, ...orphans].sort((a, b) => (`${a.role} ${a.person}` < `${b.role} ${b.person}` ? -1 : 1));
}

/** One warning for each thing that is odd, at the file that it is about. */
export function reviewFindings(rows: readonly AccessRow[]): readonly Finding[] {
  return rows.flatMap(({ role, person, odd }) =>
    odd.map((what) =>
      finding(identityFindings.accessReview, { message: `"${person}" and ${role}: ${what} (${requestFile(role, person)})` }),
    ),
  );
}

/** `<subject> <model>/v1/method` → the day of the last call that was answered, from audit records in a folder. Lines that are none are passed over. */
export function lastCalls(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of recordFiles(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const record = parsed(line);
      if (!isJsonObject(record) || record['class_uid'] !== 6003 || typeof record['time'] !== 'number') continue;
      const [actor, request, result] = [record['actor'], record['request'], record['result']];
      if (!isJsonObject(actor) || !isJsonObject(request) || !isJsonObject(result) || Number(result['status']) >= 400) continue;
      const key = `${String(actor['subject'])} ${String(request['model'])}/${String(request['contract'])}/${String(request['method'])}`;
      const day = new Date(record['time']).toISOString().slice(0, 10);
      if (day > (found.get(key) ?? '')) found.set(key, day);
    }
  }
  return found;
}

/** For people, a table. */
export function renderReview(rows: readonly AccessRow[]): string {
  const head = ['', 'role', 'person', 'since', 'by', 'until', 'last call', 'reason'];
  const lines = rows.map(({ role, person, since = '?', by = '?', until = '–', lastCall = '–', reason = '', odd }) => [
    odd.length > 0 ? '!' : ' ',
    ...[role, person, since, by, until, lastCall],
    [reason, ...odd].filter((each) => each !== '').join('; '),
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function recordFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  } catch {
    return [];
  }
}

function parsed(line: string): JsonValue | undefined {
  try {
    return JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
}
