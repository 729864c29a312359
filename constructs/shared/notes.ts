import { type Construct } from 'constructs';
import type { Finding } from '../../core/findings/finding';
import type { LayerName } from '../plan/layers';

/**
 * What constructs say beside their objects, kept as metadata of the construct tree and collected by `plan()`:
 * findings, objects that somebody else makes, an object's layer, and uses of escape hatches.
 */
export type Note =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'expects'; readonly expected: ExpectedObject }
  | { readonly kind: 'layer'; readonly layer: LayerName }
  | { readonly kind: 'hatch'; readonly what: 'transform' | 'patch'; readonly object: string };

/** An object that the plan refers to and does not hold: a Secret that people or Pulumi make, a claim, a Gateway. */
export interface ExpectedObject {
  readonly kind: 'Secret' | 'PersistentVolumeClaim' | 'ConfigMap' | 'Gateway' | 'Service' | 'ServiceAccount';
  readonly namespace: string;
  readonly name: string;
  /** Keys that the object must have. */
  readonly keys?: readonly string[];
  /** For people: what it is for. */
  readonly purpose: string;
}

const TYPE = 'kea.dev/note';

function note(scope: Construct, value: Note): void {
  scope.node.addMetadata(TYPE, value);
}

/** Reports a finding; `plan()` and `cdk8s synth` show it. */
export function reportFinding(scope: Construct, ...findings: readonly Finding[]): void {
  for (const finding of findings) note(scope, { kind: 'finding', finding });
}

/** Says that an object exists, or will be made by somebody else, before the plan is applied. */
export function expectObject(scope: Construct, expected: ExpectedObject): void {
  note(scope, { kind: 'expects', expected });
}

/** Puts an object into another layer than its kind's own, such as a ConfigMap that carries routes. */
export function inLayer<T extends Construct>(object: T, layer: LayerName): T {
  note(object, { kind: 'layer', layer });
  return object;
}

/** Records the use of an escape hatch. */
export function reportHatch(scope: Construct, what: 'transform' | 'patch', object: string): void {
  note(scope, { kind: 'hatch', what, object });
}

/** All notes of one construct, in the order they were made. */
export function notesOf(scope: Construct): Note[] {
  return scope.node.metadata.filter((entry) => entry.type === TYPE).map((entry) => entry.data as Note);
}
