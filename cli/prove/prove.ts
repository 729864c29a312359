import { readFileSync } from 'node:fs';
import { finding } from '../../core/findings/finding';
import { liveFindings } from '../../core/findings/live';
import type { Plan } from '../../constructs/plan/plan-object';
import { BAD_TOKENS, type BadToken } from '../../schema/access/matrix';
import type { ResolvedPlatform } from '../../schema/resolved';
import type { Kubectl } from '../live/kubectl';
import { Refusal } from '../refusal';
import { attempts, proveAuthorization } from './authorization';
import { gatewayCounters, proveDigest, proveIsolation } from './cluster';
import { proveCounters, type CounterSource } from './counters';
import { notTried, type ProofReport, type Section } from './report';
import { openSender } from './send';
import { proveSpoofing } from './spoofing';
import { badTokens, realToken, type RealToken } from './tokens';

export interface ProofOptions {
  readonly platform: ResolvedPlatform;
  readonly plan: Plan;
  /** Public address of the gateway. */
  readonly url: string;
  /** File with the authority of its certificate. */
  readonly ca?: string;
  readonly tokens: readonly RealToken[];
  /** Tokens of the provider that must open nothing; the others are made up. */
  readonly bad: ReadonlyMap<BadToken, string>;
  /** Without it, what needs the cluster is not tried. */
  readonly kubectl?: Kubectl;
  /** Counters that are in reach without a cluster. */
  readonly counters?: readonly CounterSource[];
}

/** Tries what the platform claims against what runs. Models, limits and caches are not touched: see `authorizationMatrix`. @throws Refusal */
export async function prove(options: ProofOptions): Promise<ProofReport> {
  const { platform, plan, tokens, url, kubectl } = options;
  const [first] = tokens;
  if (!first) throw new Refusal(finding(liveFindings.noToken, { message: 'no --token was given' }));
  const sender = openSender(url, options.ca);
  const gateways = kubectl
    ? await gatewayCounters(kubectl, platform.stack.namespaces.platform)
    : { sources: options.counters ?? [], close: () => undefined };
  try {
    const hello = await sender.send({ method: 'GET', path: '/models', headers: {} });
    if (hello.status === 0) throw new Refusal(finding(liveFindings.noGateway, { message: `${url} does not answer: ${hello.error ?? ''}` }));
    const list = attempts(platform, tokens, badTokens(first.claims, options.bad));
    const sections: Section[] = [];
    const counters = await proveCounters(
      gateways.sources,
      () => sender.sent,
      async () => {
        sections.push(await proveAuthorization(list, sender, forged(options.bad)));
        sections.push(await proveSpoofing(list.attempts, sender));
      },
    );
    sections.push(counters, ...(await inCluster(plan, kubectl)));
    return { stack: platform.stack.name, url, at: new Date().toISOString(), sections };
  } finally {
    gateways.close();
    sender.close();
  }
}

async function inCluster(plan: Plan, kubectl: Kubectl | undefined): Promise<readonly Section[]> {
  if (!kubectl) return [notTried('models stand apart, and start only with the right bytes', 'it needs the cluster: name a --context')];
  const mark = Date.now().toString(36);
  return [await proveIsolation(plan, kubectl, mark), await proveDigest(plan, kubectl, mark)];
}

function forged(given: ReadonlyMap<BadToken, string>): readonly string[] {
  const made = BAD_TOKENS.filter((kind) => !given.has(kind) && kind !== 'other key' && kind !== 'none algorithm');
  return made.length === 0 ? [] : [`made here and signed by a stranger, for want of the provider's own: ${made.join(', ')}`];
}

/** `NAME=FILE` → the token in it. @throws Refusal */
export function readToken(given: string): { readonly name: string; readonly token: string } {
  const at = given.indexOf('=');
  const [name, file] = at < 0 ? [given, given] : [given.slice(0, at), given.slice(at + 1)];
  try {
    return { name, token: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    throw new Refusal(
      finding(liveFindings.noToken, { message: `"${file}" cannot be read: ${(error as NodeJS.ErrnoException).code ?? ''}` }),
    );
  }
}

/** The tokens of the command line. @throws Refusal for one that is no JWT, or a kind of bad token that there is not */
export function tokensOf(
  platform: ResolvedPlatform,
  tokens: readonly string[],
  bad: readonly string[],
): Pick<ProofOptions, 'tokens' | 'bad'> {
  const refuse = (message: string): Refusal => new Refusal(finding(liveFindings.noToken, { message }));
  const kinds = new Map<string, BadToken>(BAD_TOKENS.map((kind) => [kind.replaceAll(' ', '-'), kind]));
  return {
    tokens: tokens.map((given) => {
      const { name, token } = readToken(given);
      const real = realToken(name, token, platform.stack.identity);
      if (!real) throw refuse(`"${name}" holds no JSON Web Token`);
      return real;
    }),
    bad: new Map(
      bad.map((given) => {
        const { name, token } = readToken(given);
        const kind = kinds.get(name);
        if (!kind) throw refuse(`"${name}" is no kind of bad token; there are ${[...kinds.keys()].join(', ')}`);
        return [kind, token];
      }),
    ),
  };
}
