import * as pulumi from '@pulumi/pulumi';
import { deployFindings } from '../../core/findings/deploy';
import { finding } from '../../core/findings/finding';
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json';
import { platformSchema } from '../../schema/source/platform';
import type { Late, Path } from './late';
import { heed } from './refuse';

/** Pairs of values that are right for some form, as different as that form allows: other hosts, ports and paths. */
const PROBES: readonly (readonly [string, string])[] = [
  ['https://first.kea.invalid/one', 'https://second-one.kea.invalid:8443/two/three'],
  ['first.kea.invalid:1024', 'second-one.kea.invalid:65530'],
  ['first.kea.invalid', 'second-one.kea.invalid'],
  [
    '{"keys":[]}',
    '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}',
  ],
];

/** The schema's node at a path of a document, through `$ref`s. */
function schemaAt(path: Path): JsonObject | undefined {
  const root = platformSchema;
  return path.reduce<JsonObject | undefined>(
    (node, step) => {
      const properties = node?.['properties'];
      const child = typeof step === 'number' ? node?.['items'] : isJsonObject(properties) ? properties[step] : undefined;
      return resolved(root, child);
    },
    resolved(root, root),
  );
}

function resolved(root: JsonObject, node: JsonValue | undefined): JsonObject | undefined {
  if (!isJsonObject(node)) return undefined;
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  const target = reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<JsonValue | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), root);
  return isJsonObject(target) ? { ...target, ...node, $ref: undefined } : undefined;
}

/**
 * The outputs of a stack's arguments, and the arguments without them. An output at a key that the schema does not mark as late is refused by name.
 */
export function lateInputs(args: object): { readonly document: JsonObject; readonly late: readonly Late[] } {
  const late: Late[] = [];
  const document = taken(args, [], (path, value) => {
    const node = schemaAt(path);
    const pattern = node?.['pattern'];
    const isLate = node?.['x-kea-late'] === true;
    const probes = PROBES.find((pair) =>
      typeof pattern === 'string' ? pair.every((each) => new RegExp(pattern, 'u').test(each)) : pair[0].startsWith('{'),
    );
    if (!isLate || !probes) {
      const message = `"${path.join('.')}" is an output of another resource, and must be known before anything is made`;
      heed([finding(deployFindings.lateElsewhere, { message })]);
      return;
    }
    late.push({ path, value: pulumi.output(value as pulumi.Input<string>), probes });
  });
  return { document: document as JsonObject, late };
}

/** A copy without outputs and promises; each is handed over with its place. */
function taken(value: unknown, path: Path, found: (path: Path, value: unknown) => void): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    found(path, value);
    return '';
  }
  if (Array.isArray(value)) return value.map((each: unknown, index) => taken(each, [...path, index], found));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, taken(each, [...path, key], found)]));
}
