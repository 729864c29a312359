import { stackFindings as kind } from '../../core/findings/stack';
import type { Finding } from '../../core/findings/finding';
import { nearest } from '../../core/names';
import type { ResolvedStack } from '../resolved';
import type { StackDocument } from '../generated/platform';
import type { KeyPath } from '../load/document';
import { modelDefaults } from '../source/defaults';
import { quoted, type StackSubject } from './subject';

/** `after` names another stack that has a file, and does not lead back. */
export function afterExists({ name, document, stacks, way = [], report }: StackSubject): readonly Finding[] {
  const { after } = document;
  if (after === undefined || stacks === undefined) return [];
  if (after === name) return [report(kind.after, ['after'], { message: `"${after}" is the stack itself` })];
  if (way.includes(name)) return [report(kind.after, ['after'], { message: `"after" leads in a circle: ${[name, ...way].join(' → ')}` })];
  if (stacks.includes(after)) return [];
  const others = stacks.filter((each) => each !== name);
  const close = nearest(after, others);
  return [
    report(kind.after, ['after'], {
      message: `there is no stack "${after}"; there are ${quoted(others) || 'no others'}`,
      ...(close === undefined ? {} : { fix: `write "${close}"` }),
    }),
  ];
}

interface Side {
  readonly document: StackDocument;
  readonly resolved: ResolvedStack;
}

/** One rule that must hold here at least as strictly as there: higher is stricter. */
interface Rule {
  readonly path: KeyPath;
  readonly strictness: (side: Side) => number;
  readonly say: (side: Side) => string;
}

const rule = (path: KeyPath, say: (side: Side) => string | number | boolean, strictness: (side: Side) => number): Rule => ({
  path,
  say: (side) => String(say(side)),
  strictness,
});

const LEVELS: readonly string[] = ['audit', 'warn', 'deny'];
const IDENTITIES: readonly string[] = ['embedded', 'keycloak', 'oidc'];
const TIME = { second: 1, minute: 60, hour: 3600 } as const;

const RULES: readonly Rule[] = [
  rule(
    ['policies', 'level'],
    ({ resolved }) => resolved.policies.level,
    ({ resolved }) => LEVELS.indexOf(resolved.policies.level),
  ),
  rule(
    ['policies', 'admission'],
    ({ resolved }) => (resolved.policies.admission ? 'held in the cluster' : 'not held in the cluster'),
    ({ resolved }) => (resolved.policies.admission ? 1 : 0),
  ),
  rule(
    ['images', 'unpinned'],
    ({ resolved }) => resolved.images.unpinned,
    ({ resolved }) => (resolved.images.unpinned === 'refuse' ? 1 : 0),
  ),
  rule(
    ['artifacts', 'requireDigest'],
    ({ resolved }) => resolved.artifacts.requireDigest,
    ({ resolved }) => (resolved.artifacts.requireDigest ? 1 : 0),
  ),
  rule(
    ['derivedSchemas'],
    ({ resolved }) => resolved.derivedSchemas,
    ({ resolved }) => (resolved.derivedSchemas === 'refuse' ? 1 : 0),
  ),
  rule(
    ['identity'],
    ({ resolved }) => resolved.identity.kind,
    ({ resolved }) => Math.min(1, IDENTITIES.indexOf(resolved.identity.kind)),
  ),
  rule(
    ['identity', 'also'],
    ({ resolved }) => `${resolved.identity.also?.length ?? 0} further providers`,
    ({ resolved }) => -(resolved.identity.also?.length ?? 0),
  ),
  rule(
    ['identity', 'keycloak', 'database'],
    ({ resolved }) => (resolved.identity.keycloak?.database.inPlan ? 'one pod of the plan' : 'one that exists'),
    ({ resolved }) => (resolved.identity.keycloak?.database.inPlan ? 0 : 1),
  ),
  rule(
    ['egress'],
    ({ resolved }) => (resolved.egress ? 'a list' : 'any address'),
    ({ resolved }) => (resolved.egress ? 1 : 0),
  ),
  rule(
    ['secrets'],
    ({ resolved }) => resolved.secrets,
    ({ resolved }) => (resolved.secrets === 'pulumi' ? 0 : 1),
  ),
  rule(
    ['quota'],
    ({ resolved }) => (resolved.quota ? 'a quota' : 'no quota'),
    ({ resolved }) => (resolved.quota ? 1 : 0),
  ),
  rule(
    ['priorityClass'],
    ({ resolved }) => resolved.priorityClass ?? 'no class',
    ({ resolved }) => (resolved.priorityClass === undefined ? 0 : 1),
  ),
  rule(
    ['defaults', 'scaling', 'min'],
    ({ document: { defaults } }) => defaults?.scaling?.min ?? modelDefaults.scalingMin,
    ({ document: { defaults } }) => defaults?.scaling?.min ?? modelDefaults.scalingMin,
  ),
  rule(
    ['gateway', 'replicas', 'min'],
    ({ resolved }) => resolved.gateway.replicas.min,
    ({ resolved }) => resolved.gateway.replicas.min,
  ),
  rule(
    ['audit', 'replicas'],
    ({ resolved }) => resolved.audit.replicas,
    ({ resolved }) => resolved.audit.replicas,
  ),
  rule(
    ['audit', 'retention'],
    ({ resolved }) => `${resolved.audit.retentionDays}d`,
    ({ resolved }) => resolved.audit.retentionDays,
  ),
  rule(
    ['audit', 'sinks'],
    ({ resolved }) => `${resolved.audit.sinks.length} sinks`,
    ({ resolved }) => Math.min(1, resolved.audit.sinks.length),
  ),
  rule(
    ['metrics', 'monitors'],
    ({ resolved }) => resolved.metrics.monitors,
    ({ resolved }) => (resolved.metrics.monitors ? 1 : 0),
  ),
  rule(
    ['zones'],
    ({ resolved }) => resolved.zones,
    ({ resolved }) => (resolved.zones ? 1 : 0),
  ),
  rule(
    ['cache', 'redis', 'external', 'tls'],
    ({ resolved: { cache } }) => (cache.kind === 'external' ? cache.tls : true),
    ({ resolved: { cache } }) => (cache.kind === 'external' && !cache.tls ? 0 : 1),
  ),
  rule(
    ['cache', 'redis', 'external', 'secret'],
    ({ resolved: { cache } }) => (cache.kind === 'external' && cache.secret === undefined ? 'no password' : 'a password'),
    ({ resolved: { cache } }) => (cache.kind === 'external' && cache.secret === undefined ? 0 : 1),
  ),
  rule(
    ['defaults', 'rateLimit'],
    ({ document: { defaults } }) =>
      defaults?.rateLimit?.requests ? `${defaults.rateLimit.requests} per ${defaults.rateLimit.per ?? 'minute'}` : 'no limit',
    ({ document: { defaults } }) =>
      defaults?.rateLimit?.requests ? -defaults.rateLimit.requests / TIME[defaults.rateLimit.per ?? 'minute'] : -Infinity,
  ),
  rule(
    ['cluster'],
    ({ resolved }) => (resolved.cluster ? 'one cluster' : 'any cluster'),
    ({ resolved }) => (resolved.cluster ? 1 : 0),
  ),
];

/** Nothing is weaker than in the stack that changes came through. */
export function notWeaker({ document, resolved, after, report }: StackSubject): readonly Finding[] {
  if (after === undefined) return [];
  const here = { document, resolved };
  return RULES.filter(({ strictness }) => strictness(here) < strictness(after)).map(({ path, say }) =>
    report(kind.weaker, path, {
      message: `"${path.join('.')}" is "${say(here)}", and stack "${after.resolved.name}" has "${say(after)}"`,
      fix: `make it at least as strict as "${say(after)}"`,
    }),
  );
}
