import { buildCommand } from '@stricli/core';
import { DENY_KINDS, isTime, type DenyEntry } from '../../core/contract/deny-list';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import type { JsonValue } from '../../core/json';
import type { DenyPlace } from '../access/deny';
import { work } from '../command';
import type { Cli } from '../context';
import { outputFlag, projectFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly client?: string;
  readonly tokenId?: string;
  readonly issuer?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly lift: boolean;
  readonly stack?: string;
  readonly context?: string;
  readonly project?: string;
}

const optional = { kind: 'parsed', parse: text, optional: true } as const;

export const accessDeny = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'Turn a person, a client or a token away at once, or let them in again',
    fullDescription: `Turn a person, a client or a token away at once, although the token is good; no deploy is needed. With --lift they are let in again.

  kea access deny 5f0c…-9e --reason "left the company"
  kea access deny --client batch --reason "key leaked" --until 2027-01-31T12:00:00Z
  kea access deny --token-id 1b7e… --reason "token in a log" --stack prod --context prod-eu
  kea access deny 5f0c…-9e --lift

SUBJECT is what the token names as its subject, as audit records show it. Without --stack the platform that runs on this machine is told,
with it the cluster of that stack, by the ConfigMap kea-deny-list. Gateways follow within two seconds. Calls under way are finished.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      client: { ...optional, placeholder: 'CLIENT', brief: 'All tokens that this client got (azp)' },
      tokenId: { ...optional, placeholder: 'ID', brief: 'One token (jti)' },
      issuer: { ...optional, placeholder: 'URL', brief: 'Only tokens of this provider' },
      reason: { ...optional, placeholder: 'TEXT', brief: 'Why; stands in audit records, and callers are not told' },
      until: { ...optional, parse: timeOf, placeholder: 'TIME', brief: 'When it ends, such as 2027-01-31T12:00:00Z; without it never' },
      lift: { kind: 'boolean', default: false, withNegated: false, brief: 'Let them in again' },
      stack: { ...optional, placeholder: 'STACK', brief: 'Stack whose cluster is told' },
      context: { ...optional, placeholder: 'NAME', brief: 'Context of the kubeconfig; without it the current one' },
      project: projectFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Subject of the tokens (sub)', parse: text, placeholder: 'SUBJECT', optional: true }],
    },
  },
  func: work('access deny', async (cli, flags: Flags, subject?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const whom = whomOf(flags, subject);
    if (!flags.lift && !flags.reason) throw refused('--reason is missing: whoever reads the audit must know why');
    const entry: DenyEntry | undefined = flags.lift
      ? undefined
      : { ...whom, reason: flags.reason ?? '', ...(flags.until === undefined ? {} : { until: flags.until }) };
    const place = await placeOf(cli, root, flags);
    if (!place) return;
    const { editDenyList } = await import('../access/deny.ts');
    let before = 0;
    const list = await place.change((old) => {
      before = old.entries.length;
      return editDenyList(old, whom, entry, Date.now());
    });
    const name = DENY_KINDS.flatMap((kind) => (whom[kind] === undefined ? [] : [`${kind} "${whom[kind]}"`])).join();
    const done = flags.lift
      ? before === list.entries.length
        ? `${name} was not denied`
        : `${name} is let in again`
      : `${name} is turned away${flags.until === undefined ? '' : ` until ${flags.until}`}`;
    const data = { place: place.name, entries: list.entries as unknown as JsonValue };
    await print(
      cli,
      { command: 'access deny', findings: [], data, summary: `${done}; told ${place.name}` },
      { output: flags.output, root },
    );
  }),
});

function whomOf({ client, tokenId, issuer }: Flags, subject: string | undefined): Omit<DenyEntry, 'reason' | 'until'> {
  const given = { ...(subject ? { sub: subject } : {}), ...(client ? { azp: client } : {}), ...(tokenId ? { jti: tokenId } : {}) };
  if (Object.keys(given).length !== 1) throw refused('name one of SUBJECT, --client and --token-id');
  return { ...given, ...(issuer ? { issuer } : {}) };
}

async function placeOf(cli: Cli, root: string, { stack, context, output }: Flags): Promise<DenyPlace | undefined> {
  const { clusterDenyPlace, localDenyPlace } = await import('../access/deny.ts');
  if (stack === undefined) {
    if (context !== undefined) throw refused('--context needs --stack, which says in what namespace the platform is');
    const { runningPlatform } = await import('../run/token.ts');
    return localDenyPlace(runningPlatform(root).folder.bundle);
  }
  const loaded = await loadSound(cli, { command: 'access deny', root, stack, output });
  if (!loaded) return undefined;
  const { openKubectl, sameCluster } = await import('../live/kubectl.ts');
  const kubectl = openKubectl(context);
  await sameCluster(kubectl, stack, loaded.platform.stack.cluster?.kubeSystemUid);
  return clusterDenyPlace(kubectl, loaded.platform.stack.namespaces.platform);
}

function timeOf(input: string): string {
  if (!isTime(input)) throw new Error('expected a time such as 2027-01-31T12:00:00Z');
  return input;
}

function refused(message: string): Refusal {
  return new Refusal(finding(identityFindings.denyList, { message }));
}
