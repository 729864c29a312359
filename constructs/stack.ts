import { stackFindings } from '../core/findings/stack';
import { stackChecks } from '../schema/checks';
import { reporter } from '../schema/checks/subject';
import type { StackDefaults, StackDocument } from '../schema/generated/platform';
import { resolveStack } from '../schema/resolve/stack';
import type { ResolvedStack } from '../schema/resolved';

/** A stack that is written in TypeScript instead of YAML: the stack file's keys. */
export interface StackProps extends StackDocument {
  /**
   * Name of the stack, for `stacks.<name>` overrides of models.
   *
   * @default 'default'
   */
  readonly name?: string;
  /**
   * Image name → `sha256:<hex>`, as `images.lock.yaml` says it.
   *
   * @default - none, and each image without a digest is a finding
   */
  readonly imageDigests?: { readonly [image: string]: string };
}

/** What every construct takes as `stack`. */
export interface DefinedStack extends ResolvedStack {
  /** What models get where they are silent. */
  readonly defaults: StackDefaults;
}

/**
 * The stack that constructs take, made of the stack file's keys, each with its own default.
 *
 * @throws Error that lists every finding, when a check of the stack file would refuse it.
 */
export function defineStack(props: StackProps = {}): DefinedStack {
  const { name = 'default', imageDigests = {}, ...document } = props;
  const resolved = resolveStack(document, name, imageDigests);
  const report = reporter(() => undefined, { stack: name });
  // Who vouches for callers is the gateway's question, and it asks; a stack for models alone need not say.
  const found = stackChecks
    .flatMap((check) => check({ name, document, resolved, report }))
    .filter((each) => each.severity === 'error' && !(document.identity === undefined && each.code === stackFindings.embedded.code));
  if (found.length > 0) {
    throw new Error(`stack "${name}" is refused:\n${found.map((each) => `  ${each.code}: ${each.message}; ${each.fix}`).join('\n')}`);
  }
  return { ...resolved, defaults: document.defaults ?? {} };
}
