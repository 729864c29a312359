import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleFile } from '../../core/contract/bundle-files';
import { DENY_KINDS, DENY_LIST, parseDenyList, type DenyEntry, type DenyList } from '../../core/contract/deny-list';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import { isJsonObject, type JsonObject } from '../../core/json';
import { objectsOf, type Kubectl } from '../live/kubectl';
import { Refusal } from '../refusal';

/** Whom an entry is about: everything of it but why and until when. */
type Whom = Pick<DenyEntry, 'jti' | 'sub' | 'azp' | 'issuer'>;

/** Where a deny list stands. `change` reads it, changes it and writes it, unless it is the same. @throws Refusal */
export interface DenyPlace {
  /** For people: what was changed. */
  readonly name: string;
  change(edit: (list: DenyList) => DenyList): Promise<DenyList>;
}

/** The list with this entry in place of an older one about the same, or without it; entries that are over go. `now` in milliseconds since 1970. */
export function editDenyList(list: DenyList, whom: Whom, entry: DenyEntry | undefined, now: number): DenyList {
  const same = (each: DenyEntry): boolean => [...DENY_KINDS, 'issuer' as const].every((key) => each[key] === whom[key]);
  const over = ({ until }: DenyEntry): boolean => until !== undefined && Date.parse(until) <= now;
  return { format: 1, entries: [...list.entries.filter((each) => !same(each) && !over(each)), ...(entry ? [entry] : [])] };
}

/** The bundle folder of a platform that runs on this machine. */
export function localDenyPlace(folder: string): DenyPlace {
  const file = join(folder, BundleFile.deny);
  return {
    name: file,
    change: (edit) => {
      const list = edit(sound(readIfThere(file), file));
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.${process.pid}.half`, textOf(list));
      renameSync(`${file}.${process.pid}.half`, file);
      return Promise.resolve(list);
    },
  };
}

/** The ConfigMap of a cluster. Two who write at once: the second one reads again. */
export function clusterDenyPlace(kubectl: Kubectl, namespace: string): DenyPlace {
  const name = `ConfigMap ${namespace}/${DENY_LIST.configMap}`;
  const once = async (edit: (list: DenyList) => DenyList): Promise<DenyList | string> => {
    const found = await kubectl.run(['get', 'configmap', DENY_LIST.configMap, '-n', namespace, '-o', 'json', '--ignore-not-found']);
    if (!found.ok) throw refused(`${name} cannot be read: ${found.complaints[0] ?? ''}`);
    const [there] = objectsOf(found);
    const data = there && isJsonObject(there['data']) ? there['data'] : {};
    const text = data[DENY_LIST.key];
    const list = edit(sound(typeof text === 'string' ? text : undefined, name));
    const object: JsonObject = {
      ...(there ?? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: DENY_LIST.configMap, namespace } }),
      data: { ...data, [DENY_LIST.key]: textOf(list) },
    };
    const written = await kubectl.run([there ? 'replace' : 'create', '-f', '-'], [object]);
    return written.ok ? list : (written.complaints[0] ?? 'kubectl says nothing');
  };
  return {
    name,
    change: async (edit) => {
      const first = await once(edit);
      const last = typeof first === 'string' && /conflict|already exists|has been modified/i.test(first) ? await once(edit) : first;
      if (typeof last === 'string') throw refused(`${name} cannot be written: ${last}`);
      return last;
    },
  };
}

/** A list that is broken is not written over: somebody meant something by it. */
function sound(text: string | undefined, where: string): DenyList {
  if (text === undefined) return { format: 1, entries: [] };
  try {
    return parseDenyList(text);
  } catch (error) {
    throw refused(`${where}: ${(error as Error).message}`);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function textOf(list: DenyList): string {
  return `${JSON.stringify(list, null, 2)}\n`;
}

function refused(message: string): Refusal {
  return new Refusal(finding(identityFindings.denyList, { message }));
}
