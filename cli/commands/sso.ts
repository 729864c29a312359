import { buildCommand } from '@stricli/core';
import type { RealmPlan } from '../../core/contract/realm';
import { objectId } from '../../core/contract/realm';
import { liveOf, realmDifference, type RealmStep } from '../../core/decide/realm-difference';
import { describeStep } from '../../core/decide/realm-words';
import { cliFindings } from '../../core/findings/cli';
import { finding, type Finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import type { JsonValue } from '../../core/json';
import type { ResolvedPlatform } from '../../schema/resolved';
import { work } from '../command';
import type { Cli } from '../context';
import { developmentPart } from '../development-part';
import { outputFlag, projectFlag, stackFlag, text, wholeNumber, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';
import { Refusal } from '../refusal';
import type * as sso from '../run/sso';

interface Flags extends OutputFlag {
  readonly stack: string;
  readonly server?: string;
  readonly project?: string;
}

const flags = {
  output: outputFlag,
  stack: { kind: 'parsed', parse: text, placeholder: 'STACK', brief: stackFlag.brief.replace(/;.*/, '') },
  server: {
    kind: 'parsed',
    parse: text,
    optional: true,
    placeholder: 'URL',
    brief: "Address of Keycloak's admin API; without it https:// and the stack's adminHostname",
  },
  project: projectFlag,
} as const;

const ENVIRONMENT = `Logs in as the client KEA_SSO_CLIENT (kea-sso-sync) of the realm master with KEA_SSO_SECRET.`;

/** The realm of a stack and where it is administered; undefined when the files have errors, which are printed. @throws Refusal */
async function planned(cli: Cli, call: Flags, command: string): Promise<{ readonly plan: RealmPlan; readonly server: string } | undefined> {
  const root = projectOf(cli.cwd, call.project);
  const loaded = await loadSound(cli, { command, root, stack: call.stack, output: call.output });
  if (!loaded) return undefined;
  const { keycloak } = loaded.platform.stack.identity;
  if (!keycloak) {
    const message = `stack ${call.stack} has no \`identity.keycloak\`: its provider's roles are given there`;
    throw new Refusal(
      finding(cliFindings.needsCluster, { message, stack: call.stack, fix: 'name a stack whose Keycloak the platform runs' }),
    );
  }
  return { plan: await realmOf(loaded.platform), server: call.server ?? `https://${keycloak.adminHostname}` };
}

async function realmOf(platform: ResolvedPlatform): Promise<RealmPlan> {
  const { buildRealm } = await import('../../constructs/identity/render/realm.ts');
  return buildRealm(platform, platform.stack.identity.keycloak?.realm ?? '');
}

/** The realm that the files of a revision of git asked for; an empty one when there was none. @throws Refusal */
async function realmAt(root: string, revision: string, stack: string, now: RealmPlan): Promise<RealmPlan> {
  const { commitOf, withRevision } = await import('../diff/revision.ts');
  const commit = commitOf(root, revision);
  if (commit === undefined)
    throw new Refusal(
      finding(cliFindings.unknownRevision, { message: `"${revision}" is no revision of git`, fix: 'name a branch, tag or commit' }),
    );
  return withRevision(root, commit, async (old) => {
    const { loadPlatform } = await import('../../schema/load/index.ts');
    const { platform } = await loadPlatform({ root: old, stack });
    return platform?.stack.identity.keycloak ? realmOf(platform) : { ...now, objects: [] };
  });
}

/** What talks to Keycloak, by a package that a lean installation gets only where it asks for it. @throws Refusal */
function keycloakClient(): Promise<typeof sso> {
  return developmentPart(
    () => import('../run/sso.ts'),
    (missing) => `npm install ${missing}; or \`kea sso plan --against REVISION\`, which needs no Keycloak`,
  );
}

function report(
  cli: Cli,
  call: Flags,
  command: string,
  steps: readonly RealmStep[],
  findings: readonly Finding[],
  done: boolean,
): Promise<void> {
  const lines = steps.flatMap(describeStep);
  const count = `${steps.length} change${steps.length === 1 ? '' : 's'}`;
  const nothing = done ? 'the realm held what the files say' : 'the realm holds what the files say';
  const summary = steps.length === 0 ? nothing : done ? `${count} made` : `${count} to make`;
  const data = { stack: call.stack, steps: steps as unknown as JsonValue };
  return print(
    cli,
    { command, findings, data, text: lines.join('\n'), summary },
    { output: call.output, root: projectOf(cli.cwd, call.project) },
  );
}

export const ssoPlan = buildCommand<Flags & { readonly against?: string }, [], Cli>({
  docs: {
    brief: 'Show what would change in the realm; changes nothing',
    fullDescription: `Show what the files would change in the realm of a stack.

  kea sso plan --stack dev
  kea sso plan --stack dev --against origin/main

With --against it compares two states of the files and asks no Keycloak, so it needs no secret and suits a pull request.
${ENVIRONMENT}`,
  },
  parameters: {
    flags: {
      ...flags,
      against: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'REVISION',
        brief: 'Revision of git instead of the running Keycloak',
      },
    },
  },
  func: work('sso plan', async (cli, call: Flags & { readonly against?: string }) => {
    const own = await planned(cli, call, 'sso plan');
    if (!own) return;
    if (call.against !== undefined) {
      const before = await realmAt(projectOf(cli.cwd, call.project), call.against, call.stack, own.plan);
      const { appliedOf } = await import('../../core/contract/realm.ts');
      return report(cli, call, 'sso plan', realmDifference(own.plan, appliedOf(before), liveOf(before)).steps, [], false);
    }
    const { connectionOf, liveDifference } = await keycloakClient();
    const { steps, foreign, temporary } = await liveDifference(connectionOf(own.server, cli.process.env ?? {}), own.plan);
    const findings = [
      ...foreign.map((object) => finding(identityFindings.foreign, { message: `${objectId(object)} was not made by stack ${call.stack}` })),
      ...temporary.map((name) =>
        finding(identityFindings.bootstrapAdmin, { message: `${name} is a temporary administrator`, severity: 'warning' }),
      ),
    ];
    await report(cli, call, 'sso plan', steps, findings, false);
  }),
});

export const ssoApply = buildCommand<Flags & { readonly phase: 'add' | 'prune' | 'all'; readonly deletions?: number }, [], Cli>({
  docs: {
    brief: 'Make the realm hold what the files say',
    fullDescription: `Make the realm of a stack hold what the files say. Touches only what it made itself; an apply of the stack does the same by two Jobs.

  kea sso apply --stack dev
  kea sso apply --stack dev --phase add

${ENVIRONMENT}`,
  },
  parameters: {
    flags: {
      ...flags,
      phase: { kind: 'enum', values: ['add', 'prune', 'all'], default: 'all', brief: 'Only what is new, only what is gone, or both' },
      deletions: {
        kind: 'parsed',
        parse: wholeNumber(0, 100_000),
        optional: true,
        placeholder: 'N',
        brief: 'How many may be deleted; without it five, or a fifth',
      },
    },
  },
  func: work('sso apply', async (cli, call: Flags & { readonly phase: 'add' | 'prune' | 'all'; readonly deletions?: number }) => {
    const own = await planned(cli, call, 'sso apply');
    if (!own) return;
    const { applyRealm, connectionOf } = await keycloakClient();
    const { phase, deletions } = call;
    const connection = connectionOf(own.server, cli.process.env ?? {});
    const steps = await applyRealm(connection, own.plan, { phase, ...(deletions === undefined ? {} : { deletions }) });
    await report(cli, call, 'sso apply', steps, [], true);
  }),
});
