import { artifactFindings as kind } from '../../core/findings/artifact';
import type { Finding } from '../../core/findings/finding';
import type { OnnxHeader } from '../onnx/header';
import type { FullVersion } from '../resolve/full';
import { frameworkOf } from '../resolve/framework';
import { imageOf } from '../resolve/read';
import { quoted, type ContractSubject } from './subject';

const IMAGES: ReadonlySet<string | undefined> = new Set(['container', 'python']);
const SCHEMES: readonly string[] = ['s3://', 'https://', 'oci://', 'pvc://', 'file://'];

/** Exactly one of artifact and image; a python model may live without an image until one is built. */
export function exactlyOneBuild({ full, report }: ContractSubject): readonly Finding[] {
  if (versions(full).length === 0) return [report(kind.choice, ['versions'], { message: 'there is no version, so nothing could answer' })];
  return versions(full).flatMap(([version, { artifact, image, runtime }]) => {
    if (artifact !== undefined && image !== undefined) {
      return [report(kind.choice, ['versions', version, 'image'], { message: `version "${version}" has both "artifact" and "image"` })];
    }
    if (artifact !== undefined || image !== undefined || runtime.framework === 'python') return [];
    return [report(kind.choice, ['versions', version], { message: `version "${version}" has neither "artifact" nor "image"` })];
  });
}

/** Programs are images, everything else is loaded from an artifact. */
export function buildFitsFramework({ full, report }: ContractSubject): readonly Finding[] {
  return versions(full).flatMap(
    ([
      version,
      {
        artifact,
        image,
        runtime: { framework },
      },
    ]) => {
      if (framework === undefined) return [];
      if (IMAGES.has(framework) && artifact !== undefined) {
        return [report(kind.kind, ['versions', version, 'artifact'], { message: `"${framework}" takes an "image", not an "artifact"` })];
      }
      if (!IMAGES.has(framework) && image !== undefined && artifact === undefined) {
        return [report(kind.kind, ['versions', version, 'image'], { message: `"${framework}" takes an "artifact", not an "image"` })];
      }
      return [];
    },
  );
}

/** Frameworks that read their own files only; `mlflow`, `triton` and `huggingface` wrap those of others. */
const OWN_FILES: ReadonlySet<string | undefined> = new Set(['onnx', 'sklearn', 'xgboost', 'lightgbm', 'tensorflow', 'pytorch']);

/** A file whose name shows one framework is not given to the server of another. */
export function suffixFits({ full, report }: ContractSubject): readonly Finding[] {
  return versions(full).flatMap(
    ([
      version,
      {
        artifact,
        runtime: { framework },
      },
    ]) => {
      const shown = frameworkOf(artifact?.uri ?? '', undefined);
      if (shown === undefined || !OWN_FILES.has(framework) || shown === framework) return [];
      return [
        report(kind.notModel, ['versions', version, 'artifact'], {
          message: `"${artifact?.uri}" is by its name a file of "${shown}", and the framework is "${framework}"`,
          fix: `write \`framework: ${shown}\`, or leave it out`,
        }),
      ];
    },
  );
}

/** The bytes beside the file are those that the file names. */
export function digestMatches({ full, file, report }: ContractSubject): readonly Finding[] {
  return versions(full).flatMap(([version, { artifact }]) => {
    const found = file(version)?.digest.sha256;
    if (found === undefined || artifact?.sha256 === undefined || artifact.sha256 === found) return [];
    return [
      report(kind.digest, ['versions', version, 'artifact', 'sha256'], {
        message: `"${artifact.uri}" has the digest "${found}", and the file says "${artifact.sha256}"`,
        fix: `if the new bytes are right, publish them as a new version with \`sha256: "${found}"\`; else restore the old ones`,
      }),
    ];
  });
}

/** Addresses: known scheme, allowed by the stack, with a digest where the stack demands it. */
export function addresses({ full, stack, report }: ContractSubject): readonly Finding[] {
  return versions(full).flatMap(([version, { artifact }]) => {
    if (artifact === undefined || !/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(artifact.uri)) return [];
    const { uri, sha256 } = artifact;
    const path = ['versions', version, 'artifact'];
    if (!SCHEMES.some((scheme) => uri.startsWith(scheme))) {
      return [report(kind.scheme, [...path, 'uri'], { message: `"${uri}" has an unknown scheme; known are ${quoted(SCHEMES)}` })];
    }
    const local = stack.identity.kind === 'embedded';
    const allowed = local || stack.artifacts.allow.some((start) => uri.startsWith(start));
    return [
      ...(allowed
        ? []
        : [
            report(kind.notAllowed, [...path, 'uri'], {
              message: `"${uri}" is not below an address that stack "${stack.name}" allows: ${quoted(stack.artifacts.allow) || 'none'}`,
              stack: stack.name,
            }),
          ]),
      ...(sha256 === undefined && stack.artifacts.requireDigest
        ? [
            report(kind.digestMissing, path, {
              message: `"${uri}" has no "sha256", and stack "${stack.name}" demands one`,
              stack: stack.name,
            }),
          ]
        : []),
    ];
  });
}

/** Images are named by digest, in the file or in the stack's lock file. */
export function pinnedImages({ model, full, stack, report }: ContractSubject): readonly Finding[] {
  return versions(full).flatMap(([version, { image, runtime, artifact }]) => {
    if (!IMAGES.has(runtime.framework) || (image === undefined && (runtime.framework !== 'python' || artifact !== undefined))) return [];
    const named = image ?? `${model}:${version}`;
    if (imageOf(named, stack).reference.includes('@sha256:')) return [];
    // On a developer's machine the program is started by its command, and no image is pulled at all.
    if (stack.identity.kind === 'embedded' && runtime.local !== undefined) return [];
    return [
      report(kind.unpinned, ['versions', version, 'image'], {
        message: image === undefined ? `version "${version}" has no "image" yet` : `image "${image}" has no digest`,
        severity: stack.images.unpinned === 'warn' ? 'warning' : 'error',
        stack: stack.name,
        ...(image === undefined
          ? { fix: 'build an image that serves the class, and write it as `image: registry/name@sha256:<digest>`' }
          : {}),
      }),
    ];
  });
}

/** Versions of one contract have the same tensors, as far as graphs are at hand. */
export function sameGraphs({ full, file, report }: ContractSubject): readonly Finding[] {
  const graphs = versions(full).flatMap(([version]): (readonly [string, OnnxHeader])[] => {
    const header = file(version)?.onnx;
    return header ? [[version, header]] : [];
  });
  const [first, ...others] = graphs;
  if (first === undefined) return [];
  const wanted = tensors(first[1]);
  return others.flatMap(([version, header]) => {
    const [missing] = wanted.filter((tensor) => !tensors(header).includes(tensor));
    const [added] = tensors({ ...header, outputs: [] }).filter((tensor) => !wanted.includes(tensor));
    if (missing === undefined && added === undefined) return [];
    const message =
      missing === undefined
        ? `"${version}" has ${added}, which "${first[0]}" has not`
        : `"${version}" has no ${missing}, as "${first[0]}" has`;
    return [report(kind.graphs, ['versions', version, 'artifact'], { message })];
  });
}

function tensors({ inputs, outputs }: Pick<OnnxHeader, 'inputs' | 'outputs'>): readonly string[] {
  const describe = (side: string, values: OnnxHeader['inputs']): readonly string[] =>
    values.map((value) => `${side} "${value.name}" (${value.kind === 'tensor' ? value.datatype : value.type})`);
  return [...describe('input', inputs), ...describe('output', outputs)];
}

function versions(full: ContractSubject['full']): readonly (readonly [string, FullVersion])[] {
  return Object.entries(full.versions);
}
