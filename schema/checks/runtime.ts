import { FRAMEWORKS, protocolOf } from '../../core/contract/protocols';
import { modelFindings as kind } from '../../core/findings/model';
import type { Finding } from '../../core/findings/finding';
import type { FullVersion } from '../resolve/full';
import { knownSuffixes } from '../resolve/framework';
import { deployedVersions } from '../resolve/read';
import { onceEach } from './once';
import { quoted, type ContractSubject } from './subject';

/** Every version knows what serves it. */
export function framework({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.versions)
    .filter(([, version]) => version.runtime.framework === undefined && version.artifact !== undefined)
    .map(([version, { artifact }]) =>
      report(kind.framework, ['versions', version, 'artifact'], {
        message: `the framework of "${artifact?.uri}" is not known from its name; known are ${quoted(knownSuffixes)}`,
        fix: `write \`runtime: {framework: …}\` with one of ${FRAMEWORKS.join(', ')}`,
      }),
    );
}

/** Keys of `runtime` that only some frameworks read. */
const READ_BY: { readonly [key in 'source' | 'class' | 'port' | 'readyPath' | 'local']: readonly string[] } = {
  source: ['python'],
  class: ['python'],
  port: ['container'],
  readyPath: ['container'],
  local: ['python', 'container'],
};

export function runtimeKeys({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.versions).flatMap(([version, { runtime }]) => {
    const { framework: name } = runtime;
    if (name === undefined) return [];
    const unread = (Object.keys(READ_BY) as (keyof typeof READ_BY)[]).filter(
      (key) => runtime[key] !== undefined && !READ_BY[key].includes(name),
    );
    const missing = name === 'python' ? (['source', 'class'] as const).filter((key) => runtime[key] === undefined) : [];
    return [
      ...unread.map((key) =>
        report(kind.runtimeKey, ['versions', version, 'runtime', key], {
          message: `"${key}" is read by ${quoted(READ_BY[key])} only, and the framework is "${name}"`,
          fix: 'remove the key',
        }),
      ),
      ...missing.map((key) =>
        report(kind.runtimeKey, ['versions', version, 'runtime'], {
          message: `"${key}" is missing; "python" needs it`,
          fix: `add \`${key}\``,
        }),
      ),
    ];
  });
}

/** All versions that are deployed speak the same kind of language, because there is one binding. */
export function protocols({ full, report }: ContractSubject): readonly Finding[] {
  const [first, ...others] = deployedVersions(full).filter((version) => full.versions[version]?.runtime.framework !== undefined);
  const languageOf = (version: string): string => {
    const { runtime } = full.versions[version] as FullVersion;
    const protocol = protocolOf(runtime.framework ?? 'container');
    return protocol === 'tfserving' ? 'oip' : protocol;
  };
  if (first === undefined) return [];
  return others
    .filter((version) => languageOf(version) !== languageOf(first))
    .map((version) =>
      report(kind.protocols, ['versions', version], {
        message: `"${version}" is "${full.versions[version]?.runtime.framework}" and "${first}" is "${full.versions[first]?.runtime.framework}"`,
      }),
    );
}

/** Frameworks and metrics that mean nothing without a GPU. */
export function gpu({ full, report }: ContractSubject): readonly Finding[] {
  return Object.entries(full.versions).flatMap(([version, { runtime, resources, scaling }]) => {
    if (resources.gpu !== undefined) return [];
    if (runtime.framework === 'vllm')
      return [report(kind.gpu, ['versions', version], { message: '"vllm" needs a GPU, and "resources.gpu" is missing' })];
    if (scaling.target.gpu === undefined) return [];
    const message = '"gpu" is measured, and "resources.gpu" is missing';
    return [report(kind.gpu, ['versions', version, 'scaling', 'target', 'gpu'], { message })];
  });
}

const SECRET = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|(API|PRIVATE|ACCESS)_?KEY)(_|$)/i;
/** Special tokens of a language model's vocabulary. */
const VOCABULARY = /^(PAD|BOS|EOS|UNK|SEP|CLS|MASK|STOP|START|END)_TOKEN/i;

/** Variables carry no secrets. */
export function secretsInEnv({ full, report }: ContractSubject): readonly Finding[] {
  return onceEach(
    Object.entries(full.versions).flatMap(([version, { runtime }]) =>
      Object.keys(runtime.env)
        .filter((name) => SECRET.test(name) && !VOCABULARY.test(name))
        .map((name) =>
          report(kind.secretInEnv, ['versions', version, 'runtime', 'env', name], { message: `"${name}" is named like a secret` }),
        ),
    ),
  );
}
