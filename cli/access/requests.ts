import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { byBytes } from '../../core/order';
import { writing } from '../disk';
import { Refusal } from '../refusal';

/** Folder of the project that holds requests and what became of them, one file a role and person; its history is git's. */
export const ACCESS_FOLDER = 'access';

/** Days are `YYYY-MM-DD`, UTC. */
export interface AccessRequest {
  readonly role: string;
  /** Name of the person's login. */
  readonly person: string;
  readonly reason: string;
  readonly requested: string;
  /** Last day on which the role is held. @default - until it is taken away */
  readonly until?: string;
  /** `by`: login of the approver. */
  readonly granted?: { readonly on: string; readonly by: string };
  readonly revoked?: { readonly on: string; readonly by: string; readonly reason: string };
}

/** `access/credit-score.score/ada.yaml`, below the project. */
export function requestFile(role: string, person: string): string {
  return `${ACCESS_FOLDER}/${fileName(role.replaceAll(':', '.'))}/${fileName(person)}.yaml`;
}

/** The request of a person for a role, or undefined when there is none. @throws Refusal when the file is none */
export function readRequest(root: string, role: string, person: string): AccessRequest | undefined {
  const file = requestFile(role, person);
  let text: string;
  try {
    text = readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
  return sound(text, file);
}

/** Every request of the project, in byte order of its file. @throws Refusal naming the first file that is none */
export function readRequests(root: string): readonly AccessRequest[] {
  const files = filesBelow(join(root, ACCESS_FOLDER)).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => sound(readFileSync(join(root, ACCESS_FOLDER, name), 'utf8'), `${ACCESS_FOLDER}/${name}`));
}

/** Writes it; answers its file, relative to the project. @throws Refusal */
export function writeRequest(root: string, request: AccessRequest): string {
  const file = requestFile(request.role, request.person);
  const place = join(root, file);
  writing(place, () => {
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, stringify(request));
  });
  return file;
}

/** Whether the last day has passed; `today` as `YYYY-MM-DD`. */
export function isOver({ until }: Pick<AccessRequest, 'until'>, today: string): boolean {
  return until !== undefined && until < today;
}

/** A grant that nobody took back. */
export function isGranted({ granted, revoked }: AccessRequest): boolean {
  return granted !== undefined && revoked === undefined;
}

export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function sound(text: string, file: string): AccessRequest {
  const refuse = (what: string): Refusal =>
    new Refusal(finding(identityFindings.accessCall, { message: `${file}: ${what}`, fix: 'mend the file, or take it out of the folder' }));
  let value: unknown;
  try {
    // `core` reads a day as text, as we write it.
    value = parse(text, { schema: 'core' });
  } catch (error) {
    throw refuse((error as Error).message.split('\n')[0] ?? 'no YAML');
  }
  const request = value as Partial<AccessRequest> | null;
  for (const key of ['role', 'person', 'reason', 'requested'] as const)
    if (typeof request?.[key] !== 'string' || request[key] === '') throw refuse(`\`${key}\` is missing`);
  const { until, requested, role, person } = request as AccessRequest;
  for (const [key, day] of Object.entries({ requested, until }))
    if (day !== undefined && !DAY.test(String(day))) throw refuse(`\`${key}\` is "${String(day)}", must be a day such as 2027-01-31`);
  // A file under another name would be read as somebody else's by those who look for it.
  if (requestFile(role, person) !== file) throw refuse(`it is about "${role}" for "${person}", whose file is ${requestFile(role, person)}`);
  return request as AccessRequest;
}

/** Letters, digits and `. _ - @` stay; all others are written as %XX, so that two names never share a file and none leaves the folder. */
function fileName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9._@-]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  );
  return safe.startsWith('.') ? `%2E${safe.slice(1)}` : safe;
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .sort(byBytes);
  } catch {
    return [];
  }
}
