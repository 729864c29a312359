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

/** Roots that are being planned; their own plan check stays silent meanwhile, or it would call itself. */
const planning = new WeakSet<object>();

/**
 * The plan of a construct tree: every Kubernetes object below `root`, rendered once, in the order of application, checked.
 * Does not go through cdk8s' own synthesis, whose dependency resolution costs minutes at 2,000 models.
 */
export function plan(root: Construct): Plan {
  const collected = new Collection();
  collected.take(root);
  return collected.plan();
}

/** True while `plan()` renders this tree. */
export function isPlanning(root: Construct): boolean {
  return planning.has(root);
}

/** What walks over construct trees find, not yet ordered or checked. */
export class Collection {
  private readonly objects: PlanObject[] = [];
  private readonly findings: Finding[] = [];
  private readonly expects: ExpectedObject[] = [];
  private readonly hatches: HatchUse[] = [];

  /** Walks a tree once, parents before children. */
  take(root: Construct): void {
    planning.add(root.node.root);
    try {
      const stack: Construct[] = [root];
      for (let construct = stack.pop(); construct; construct = stack.pop()) {
        this.visit(construct);
        for (const child of construct.node.children.reverse()) stack.push(child);
      }
    } finally {
      planning.delete(root.node.root);
    }
  }

  /** Takes everything below a construct and removes it from the tree, so that its memory can be used again; the construct itself stays. */
  takeBelow(construct: Construct): void {
    for (const child of construct.node.children) {
      this.take(child);
      construct.node.tryRemoveChild(child.node.id);
    }
  }

  /** Everything that was taken, in the order of application, checked. */
  plan(): Plan {
    const ordered = orderObjects(this.objects);
    return {
      objects: ordered,
      findings: unique([...this.findings, ...checkPlan(ordered, this.expects)]),
      expects: missing(uniqueExpects(this.expects), ordered),
      hatches: this.hatches,
    };
  }

  private visit(construct: Construct): void {
    for (const message of construct.node.validate()) {
      this.findings.push(finding(planFindings.refusedConstruct, { message: `${construct.node.path}: ${message}` }));
    }
    let layer: LayerName | undefined;
    for (const note of notesOf(construct)) {
      switch (note.kind) {
        case 'finding':
          this.findings.push(note.finding);
          break;
        case 'expects':
          this.expects.push(note.expected);
          break;
        case 'layer':
          layer = note.layer;
          break;
        case 'hatch':
          this.hatches.push({ what: note.what, object: note.object });
          this.findings.push(finding(planFindings.escapeHatch, { message: `${note.what} on ${note.object}` }));
          break;
      }
    }
    if (ApiObject.isApiObject(construct)) this.objects.push(planObject(construct, layer));
  }
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
