import { finding, type Finding, type Severity } from '../../core/findings/finding';
import { policyFindings } from '../../core/findings/policies';
import { isJsonObject, type JsonObject } from '../../core/json';
import type { ResolvedModel, ResolvedPlatform } from '../../schema/resolved';
import type { ObjectName, Verdict } from '../report';
import type { RuleFacts, Step } from '../rule';

const MODEL_LABEL = 'kea.dev/model';

const SEVERITY: { readonly [step in Step]: Severity } = { audit: 'note', warn: 'warning', deny: 'error' };

/** `Deployment models/credit-score-v1-4-0`: how findings and exceptions name an object. */
export function describeObject({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Name of whatever somebody calls an object; parts that are no texts are left out. */
export function nameOf(object: JsonObject): ObjectName {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const { namespace } = metadata;
  return {
    apiVersion: textOf(object['apiVersion']),
    kind: textOf(object['kind']),
    name: textOf(metadata['name']) || textOf(metadata['generateName']),
    ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
  };
}

/** Finds the model of an object by its label. */
export function modelIndex(platform: ResolvedPlatform | undefined): (object: JsonObject) => ResolvedModel | undefined {
  const models = new Map(platform?.models.map((model) => [model.name, model]));
  return (object) => {
    const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
    const labels = isJsonObject(metadata['labels']) ? metadata['labels'] : {};
    return models.get(textOf(labels[MODEL_LABEL]));
  };
}

/** A verdict as people hear it, with the rule's own reason and remediation. */
export function findingOf(verdict: Verdict, rule: RuleFacts, model: ResolvedModel | undefined, stack: string | undefined): Finding {
  const about = verdict.object ? `${describeObject(verdict.object)}: ` : '';
  const failed = verdict.outcome === 'failed';
  const policy = {
    rule: rule.id,
    ...(verdict.object ? { object: describeObject(verdict.object) } : {}),
    ...(verdict.owner === undefined ? {} : { owner: verdict.owner }),
    said: verdict.message,
  };
  if (verdict.outcome === 'undecided') {
    return finding(policyFindings.undecided, {
      message: `${rule.id}: ${about}${verdict.message}`,
      ...(model ? { model: model.name } : {}),
      ...(stack === undefined ? {} : { stack }),
      policy,
    });
  }
  const made = finding(failed ? policyFindings.ruleFailed : policyFindings.violation, {
    message: `${rule.id}: ${about}${verdict.message}`,
    // A rule that cannot decide is never less than a warning: somebody has to correct it.
    severity: failed && verdict.step === 'audit' ? 'warning' : SEVERITY[verdict.step],
    ...(model ? { model: model.name, place: { file: `${model.folder}/model.yaml` } } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(failed ? {} : { fix: rule.remediation }),
    policy,
  });
  return failed ? made : { ...made, why: rule.rationale };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
