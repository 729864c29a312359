import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildCommand } from '@stricli/core';
import { claimsOf } from '../../core/contract/identity';
import { finding } from '../../core/findings/finding';
import { identityFindings } from '../../core/findings/identity';
import type { JsonValue } from '../../core/json';
import type { ResolvedIdentity, ResolvedIssuer, ResolvedPlatform } from '../../schema/resolved';
import { work } from '../command';
import type { Cli } from '../context';
import { EXIT } from '../exit';
import { outputFlag, projectFlag, stackFlag, text, type OutputFlag } from '../flags';
import { loadSound } from '../load';
import { print } from '../print/index';
import { projectOf } from '../project';
import { Refusal } from '../refusal';

interface Flags extends OutputFlag {
  readonly stack?: string;
  readonly token?: string;
  readonly as?: string;
  readonly ca?: string;
  readonly project?: string;
}

const optional = { kind: 'parsed', parse: text, optional: true } as const;

export const ssoDoctor = buildCommand<Flags, [string?], Cli>({
  docs: {
    brief: 'Say what the gateway makes of a token, and why',
    fullDescription: `Say what the gateway makes of an access token, and why: issuer, signature, audience, end, subject, roles, and for each method whether it may be called.

  kea sso doctor --stack prod --token token.txt
  pbpaste | kea sso doctor --stack prod --token -
  kea sso doctor --as tina credit-score/v1

Without --stack it is about the platform that runs on this machine. Keys are fetched from where the stack says, by its proxy; where it names a Secret with authorities (ca), give their file by --ca. Exits 1 when the gateway would refuse the token.`,
  },
  parameters: {
    flags: {
      output: outputFlag,
      stack: stackFlag,
      token: { ...optional, placeholder: 'FILE', brief: 'File with the access token; - reads standard input' },
      ca: { ...optional, placeholder: 'FILE', brief: "Authorities of the provider's certificate (PEM), where the stack has `ca`" },
      as: { ...optional, placeholder: 'PERSON', brief: 'A sample person of the platform that runs here, instead of --token' },
      project: projectFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Model, model/v1 or model/v1/method; all without it', parse: text, placeholder: 'PATH', optional: true }],
    },
  },
  func: work('sso doctor', async (cli, flags: Flags, path?: string) => {
    const root = projectOf(cli.cwd, flags.project);
    const loaded = await loadSound(cli, { command: 'sso doctor', root, stack: flags.stack, output: flags.output });
    if (!loaded) return;
    const { examine, guardedMethods, renderExamination } = await import('../access/doctor.ts');
    const methods = guardedMethods(loaded.platform.models).filter((each) => isBelow(`${each.model}/${each.contract}/${each.method}`, path));
    if (methods.length === 0 && path !== undefined) throw refused(`stack ${loaded.platform.stack.name} has no method "${path}"`);
    const identity = await identityOf(root, flags, loaded.platform);
    const token = await tokenOf(cli, root, flags);
    const claims = claimsOf(token);
    if (!claims) throw refused('what was given is no JSON Web Token');
    const ca = flags.ca === undefined ? {} : { ca: fileText(cli, flags.ca) };
    const told = await examine(token, claims, { identity, methods, now: Date.now() / 1000, ...ca });
    if (!told.accepted) cli.end(EXIT.findings);
    await print(
      cli,
      { command: 'sso doctor', findings: [], data: told as unknown as JsonValue, text: renderExamination(told) },
      { output: flags.output, root },
    );
  }),
});

/** `a/v1/m` is below itself, `a/v1` and `a`. */
function isBelow(method: string, path: string | undefined): boolean {
  return path === undefined || method === path || method.startsWith(`${path.replace(/\/$/, '')}/`);
}

async function identityOf(
  root: string,
  { stack }: Flags,
  platform: ResolvedPlatform,
): Promise<ResolvedIssuer & Pick<ResolvedIdentity, 'also'>> {
  if (stack !== undefined) return platform.stack.identity;
  const { localIssuer } = await import('../run/token.ts');
  return localIssuer(root);
}

async function tokenOf(cli: Cli, root: string, { token, as, stack }: Flags): Promise<string> {
  if ((token === undefined) === (as === undefined)) throw refused('give one of --token and --as');
  if (as !== undefined) {
    if (stack !== undefined) throw refused('--as names a sample person of the platform that runs here; of a stack give a --token');
    const { localToken } = await import('../run/token.ts');
    return localToken({ root, person: as });
  }
  return fileText(cli, token ?? '')
    .trim()
    .replace(/^Bearer\s+/i, '');
}

/** `-` is standard input. @throws Refusal */
function fileText(cli: Cli, file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(cli.cwd, file), 'utf8');
  } catch (error) {
    throw refused(`"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code ?? ''}`);
  }
}

function refused(message: string): Refusal {
  return new Refusal(finding(identityFindings.noToken, { message }));
}
