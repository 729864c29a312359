import { ApiObject } from 'cdk8s';
import { type Construct } from 'constructs';
import { finding, type Finding } from '../../core/findings/finding';
import { planFindings } from '../../core/findings/plan';
import type { JsonObject } from '../../core/json';
import { Label } from '../shared/labels';
import { type ExpectedObject, notesOf } from '../shared/notes';
import { checkPlan, namesMadeBy, referenceKey } from './check';
import { type LayerName, layerOfKind } from './layers';
import { orderObjects } from './order';
import { type HatchUse, labelsOf, type Plan, type PlanObject } from './plan-object';

/** What one walk over a construct tree finds, not yet ordered or checked. */
interface Collected {
  readonly objects: PlanObject[];
  readonly findings: Finding[];
  readonly expects: ExpectedObject[];
  readonly hatches: HatchUse[];
}

/** Roots that are being planned; their own plan check stays silent meanwhile, or it would call itself. */
const planning = new WeakSet<object>();

/**
 * The plan of a construct tree: every Kubernetes object below `root`, rendered once, in the order of application, checked.
 * Does not go through cdk8s' own synthesis, whose dependency resolution costs minutes at 2,000 models.
 */
export function plan(root: Construct): Plan {
  planning.add(root.node.root);
  try {
    const { objects, findings, expects, hatches } = collect(root);
    const ordered = orderObjects(objects);
    return {
      objects: ordered,
      findings: unique([...findings, ...checkPlan(ordered, expects)]),
      expects: missing(uniqueExpects(expects), ordered),
      hatches,
    };
  } finally {
    planning.delete(root.node.root);
  }
}

/** True while `plan()` renders this tree. */
export function isPlanning(root: Construct): boolean {
  return planning.has(root);
}

/** Walks the tree once, parents before children. */
function collect(root: Construct): Collected {
  const collected: Collected = { objects: [], findings: [], expects: [], hatches: [] };
  const stack: Construct[] = [root];
  for (let construct = stack.pop(); construct; construct = stack.pop()) {
    visit(construct, collected);
    for (const child of construct.node.children.reverse()) stack.push(child);
  }
  return collected;
}

function visit(construct: Construct, collected: Collected): void {
  for (const message of construct.node.validate()) {
    collected.findings.push(finding(planFindings.refusedConstruct, { message: `${construct.node.path}: ${message}` }));
  }
  let layer: LayerName | undefined;
  for (const note of notesOf(construct)) {
    switch (note.kind) {
      case 'finding':
        collected.findings.push(note.finding);
        break;
      case 'expects':
        collected.expects.push(note.expected);
        break;
      case 'layer':
        layer = note.layer;
        break;
      case 'hatch':
        collected.hatches.push({ what: note.what, object: note.object });
        collected.findings.push(finding(planFindings.escapeHatch, { message: `${note.what} on ${note.object}` }));
        break;
    }
  }
  if (ApiObject.isApiObject(construct)) collected.objects.push(planObject(construct, layer));
}

function planObject(object: ApiObject, layer: LayerName | undefined): PlanObject {
  const value = object.toJson() as JsonObject;
  const model = labelsOf(value)[Label.model];
  const metadata = value['metadata'] as { readonly name: string; readonly namespace?: string };
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    ...(model === undefined ? {} : { model }),
    layer: layer ?? layerOfKind(object.kind),
    value,
  };
}

/** One missing digest is one finding, however many models use the image. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const each of findings) {
    const key = `${each.code}\n${each.message}\n${each.model ?? ''}\n${each.place?.file ?? ''}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

/** What the plan itself makes (by an ExternalSecret, for one) need not be there before. */
function missing(expects: readonly ExpectedObject[], objects: readonly PlanObject[]): ExpectedObject[] {
  const made = new Set(objects.flatMap(namesMadeBy));
  return expects.filter((each) => !made.has(referenceKey(each.kind, each.namespace, each.name)));
}

function uniqueExpects(expects: readonly ExpectedObject[]): ExpectedObject[] {
  const seen = new Map<string, ExpectedObject>();
  for (const each of expects) {
    const key = `${each.kind}/${each.namespace}/${each.name}`;
    const known = seen.get(key);
    const keys = [...new Set([...(known?.keys ?? []), ...(each.keys ?? [])])].sort();
    seen.set(key, { ...(known ?? each), ...(keys.length > 0 ? { keys } : {}) });
  }
  return [...seen.keys()].sort().flatMap((key) => seen.get(key) ?? []);
}
