import { stackFindings as kind } from '../../core/findings/stack';
import type { Finding } from '../../core/findings/finding';
import { parseBytes, parseCpu, parseDuration } from '../../core/quantities';
import type { Parsed } from '../../core/names';
import type { KeyPath } from '../load/document';
import { modelDefaults } from '../source/defaults';
import { LOCAL } from '../resolve/local';
import { quoted, type StackSubject } from './subject';

/** Starts of addresses end with a slash. */
export function allowSlash({ document, report }: StackSubject): readonly Finding[] {
  return (document.artifacts?.allow ?? []).flatMap((start, index) =>
    start.endsWith('/')
      ? []
      : [
          report(kind.allowSlash, ['artifacts', 'allow', index], {
            message: `"${start}" has no slash at its end`,
            fix: `write "${start}/"`,
          }),
        ],
  );
}

/** The store is one of the allowed places. */
export function storeAllowed({ document, report }: StackSubject): readonly Finding[] {
  const { store, allow } = document.artifacts ?? {};
  if (store === undefined || allow === undefined || allow.some((start) => `${store.replace(/\/+$/, '')}/`.startsWith(start))) return [];
  return [
    report(kind.storeNotAllowed, ['artifacts', 'store'], { message: `"${store}" is not below ${quoted(allow) || 'any allowed address'}` }),
  ];
}

/** A secret for artifacts where some can come from elsewhere. */
export function artifactSecret({ document, report }: StackSubject): readonly Finding[] {
  const { store, allow = [], secret } = document.artifacts ?? {};
  if (secret === undefined || store !== undefined || allow.length > 0) return [];
  return [
    report(kind.unreadSecret, ['artifacts', 'secret'], {
      message: `"${secret}" is read by nothing: there is no store and no allowed address`,
    }),
  ];
}

/** A store of secrets together with ExternalSecret objects, and only then. */
export function secretStore({ document, resolved, report }: StackSubject): readonly Finding[] {
  if (resolved.secrets === 'externalSecret' && document.secretStore === undefined) {
    return [
      report(kind.secretStore, ['secrets'], {
        message: '"secretStore" is missing beside "secrets: externalSecret"',
        fix: 'add `secretStore`',
      }),
    ];
  }
  if (resolved.secrets !== 'externalSecret' && document.secretStore !== undefined) {
    return [report(kind.secretStore, ['secretStore'], { message: `"secretStore" is not read with "secrets: ${resolved.secrets}"` })];
  }
  return [];
}

export function replicas({ document, resolved: { gateway }, report }: StackSubject): readonly Finding[] {
  const { min, max } = gateway.replicas;
  const scaling = document.defaults?.scaling ?? {};
  const least = scaling.min ?? modelDefaults.scalingMin;
  const most = scaling.max ?? modelDefaults.scalingMax;
  return [
    ...(min <= max
      ? []
      : [
          report(kind.replicas, ['gateway', 'replicas', document.gateway?.replicas?.min === undefined ? 'max' : 'min'], {
            message: `"min" is ${min} and "max" is ${max}`,
          }),
        ]),
    ...(least <= most
      ? []
      : [
          report(kind.replicas, ['defaults', 'scaling', scaling.min === undefined ? 'max' : 'min'], {
            message: `"min" is ${least} and "max" is ${most}`,
          }),
        ]),
  ];
}

/** A stack that denies has no loose ends of its own. */
export function strictStack({ name, resolved, report }: StackSubject): readonly Finding[] {
  if (resolved.policies.level !== 'deny') return [];
  const loose: readonly (readonly [boolean, KeyPath, string, string])[] = [
    [resolved.images.unpinned !== 'refuse', ['images', 'unpinned'], '"unpinned" is "warn"', 'write `unpinned: refuse`'],
    [!resolved.artifacts.requireDigest, ['artifacts', 'requireDigest'], '"requireDigest" is false', 'write `requireDigest: true`'],
    [resolved.gateway.replicas.min < 2, ['gateway', 'replicas', 'min'], '"min" is 1', 'write `min: 2` or more'],
    [
      resolved.cache.kind === 'external' && !resolved.cache.tls,
      ['cache', 'redis', 'external', 'tls'],
      '"tls" is false',
      'write `tls: true`',
    ],
    [
      resolved.cache.kind === 'external' && resolved.cache.secret === undefined,
      ['cache', 'redis', 'external'],
      '"secret" is missing',
      'write `secret: <name>`, of a user that may touch only its own keys',
    ],
    [resolved.audit.replicas < 2, ['audit', 'replicas'], '"replicas" is 1', 'write `replicas: 2` or more'],
  ];
  return loose
    .filter(([is]) => is)
    .map(([, path, said, fix]) => report(kind.strict, path, { message: `${said} in stack "${name}", whose policies deny`, fix }));
}

/** Models and platform live apart. */
export function namespaces({ resolved, report }: StackSubject): readonly Finding[] {
  const { platform, models } = resolved.namespaces;
  return [
    ...(platform === models
      ? [report(kind.namespaces, ['namespaces', 'models'], { message: `"${models}" is the platform's namespace too` })]
      : []),
    ...Object.entries({ platform, models })
      .filter(([, name]) => name === 'default' || name.startsWith('kube-'))
      .map(([key, name]) =>
        report(kind.namespaces, ['namespaces', key], { message: `"${name}" belongs to the cluster`, fix: 'name a namespace of your own' }),
      ),
  ];
}

/** KEDA asks Prometheus itself, and must know where. */
export function kedaAsks({ resolved: { metrics }, report }: StackSubject): readonly Finding[] {
  if (metrics.prometheus !== undefined) return [];
  const message = '"keda" asks Prometheus, and there is no "metrics.prometheus"';
  const fix = 'add `prometheus: http://<service>.<namespace>:9090` to `metrics`';
  return Object.entries(metrics.custom)
    .filter(([, source]) => source === 'keda')
    .map(([metric]) => report(kind.noSource, ['metrics', 'custom', metric], { message, fix }));
}

/** Defaults by which models scale are measured by somebody. */
export function defaultMetric({ name, document, resolved, report }: StackSubject): readonly Finding[] {
  const [metric] = Object.keys(document.defaults?.scaling?.target ?? {});
  if (metric === undefined || metric === 'cpu' || name === LOCAL || resolved.metrics.custom[metric] !== undefined) return [];
  return [report(kind.noSource, ['defaults', 'scaling', 'target', metric], { message: `"${metric}" has no source in "metrics.custom"` })];
}

/** What some quantities may hold at least and at most, in milliseconds and bytes, and as people say it. */
const BOUNDS: { readonly [path: string]: { readonly least?: readonly [number, string]; readonly most?: readonly [number, string] } } = {
  'gateway.drain': { most: [3_600_000, '1h'] },
  'cache.redis.managed.memory': { least: [16 * 1024 ** 2, '16Mi'] },
  'audit.volume': { least: [64 * 1024 ** 2, '64Mi'] },
  'audit.retention': { most: [36_500 * 86_400_000, '36500d'] },
};

function beyond(path: KeyPath, value: number): string | undefined {
  const { least, most } = BOUNDS[path.join('.')] ?? {};
  if (least && value < least[0]) return `must be at least ${least[1]}`;
  return most && value > most[0] ? `must be at most ${most[1]}` : undefined;
}

/** Quantities of the right form that cannot work. */
export function stackQuantities({ document, report }: StackSubject): readonly Finding[] {
  const { gateway, cache, audit, quota, defaults } = document;
  const resources = defaults?.resources;
  const given: readonly (readonly [KeyPath, string | number | undefined, (text: never) => Parsed<number>])[] = [
    [['gateway', 'drain'], gateway?.drain, parseDuration],
    [['cache', 'redis', 'managed', 'memory'], cache?.redis?.managed?.memory, parseBytes],
    [['audit', 'retention'], audit?.retention, parseDuration],
    [['audit', 'volume'], audit?.volume, parseBytes],
    [['quota', 'cpu'], quota?.cpu, parseCpu],
    [['quota', 'memory'], quota?.memory, parseBytes],
    [['defaults', 'resources', 'cpu'], resources?.cpu, parseCpu],
    [['defaults', 'resources', 'memory'], resources?.memory, parseBytes],
    [['defaults', 'resources', 'ephemeralStorage'], resources?.ephemeralStorage, parseBytes],
  ];
  return given.flatMap(([path, text, parse]) => {
    if (text === undefined) return [];
    const parsed = parse(text as never);
    const reason = !parsed.ok ? parsed.reason : parsed.value === 0 ? 'is nothing, must be above zero' : beyond(path, parsed.value);
    return reason === undefined ? [] : [report(kind.quantity, path, { message: `"${text}" ${reason}` })];
  });
}

/** Keys of a Redis of another kind would do nothing. */
export function redisKeys({ document, report }: StackSubject): readonly Finding[] {
  const external = document.cache?.redis?.external;
  if (external === undefined) return [];
  const { mode = 'single', more, master, ca, tls } = external;
  const wrong = (key: string, message: string): Finding => report(kind.redisKeys, ['cache', 'redis', 'external', key], { message });
  return [
    ...(more !== undefined && mode === 'single' ? [wrong('more', '"more" means nothing with "mode: single"')] : []),
    ...(master !== undefined && mode !== 'sentinel' ? [wrong('master', `"master" means nothing with "mode: ${mode}"`)] : []),
    ...(ca !== undefined && tls === false ? [wrong('ca', '"ca" means nothing with "tls: false"')] : []),
  ];
}
