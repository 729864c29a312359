import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { isJsonObject, type JsonObject } from '../core/json';
import { builtIn, judge, type Verdict } from './evaluate';
import { describeObject } from './evaluate/findings';
import { loadRules } from './load';
import type { RuleFacts, RuleSet, Step } from './rule';

/** What cdk8s hands to a plugin after it wrote the manifests: the parts of its `ValidationContext` that are used here. */
export interface ValidationContext {
  /** Paths of the manifests. */
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: Violation): void;
    submit(status: 'success' | 'failure', metadata?: { readonly [key: string]: string }): void;
  };
}

interface Violation {
  readonly ruleName: string;
  readonly recommendation: string;
  readonly fix: string;
  readonly violatingResources: readonly {
    readonly resourceName: string;
    readonly locations: readonly string[];
    readonly manifestPath: string;
  }[];
}

/** `properties` of the plugin in `cdk8s.yaml`. */
export interface KeaPoliciesProperties {
  /**
   * Strongest step that is held: with `warn`, nothing fails the synth.
   *
   * @default 'deny'
   */
  readonly level?: Step;
  /**
   * Folder of rule files to judge by.
   *
   * @default - the rules that KEA brings along
   */
  readonly rules?: string;
  /** Day to judge dates by, `YYYY-MM-DD`. @default - today */
  readonly asOf?: string;
}

/** A validation plugin of cdk8s: `cdk8s synth` of another team's app refuses what `kea check` refuses. Named under `validations` in `cdk8s.yaml`. */
export class KeaPolicies {
  constructor(private readonly properties: KeaPoliciesProperties = {}) {}

  async validate({ manifests, report }: ValidationContext): Promise<void> {
    const { level = 'deny', asOf = new Date().toISOString().slice(0, 10) } = this.properties;
    const rules = this.ruleSet();
    const read = manifests.flatMap((path) => objectsOf(path).map((object) => ({ path, object })));
    const { verdicts, denied, judged } = await judge({ objects: read.map((each) => each.object), rules, asOf, level });
    const facts = new Map<string, RuleFacts>([...rules.rules, ...rules.planRules].map((each) => [each.id, each]));
    for (const verdict of verdicts) {
      const path = read.find(({ object }) => isNamed(object, verdict))?.path ?? '';
      report.addViolation(violationOf(verdict, facts.get(verdict.rule), path));
    }
    report.submit(denied ? 'failure' : 'success', { objects: String(judged.objects), rules: String(judged.rules), level });
  }

  /** A rule file that cannot be read stops the synth: it would protect nothing. */
  private ruleSet(): RuleSet {
    const { rules: folder } = this.properties;
    if (folder === undefined) return builtIn;
    const { files, findings } = loadRules(folder, folder);
    if (findings.length > 0)
      throw new Error(findings.map(({ place, message }) => `${place?.file ?? folder}:${place?.line ?? 1} ${message}`).join('\n'));
    return { rules: files.map((each) => each.rule), planRules: [] };
  }
}

function violationOf(verdict: Verdict, facts: RuleFacts | undefined, manifestPath: string): Violation {
  const about = verdict.object ? describeObject(verdict.object) : 'everything';
  return {
    ruleName: `${verdict.rule} (${verdict.severity}, ${verdict.step})`,
    recommendation: facts ? `${facts.title}: ${facts.rationale}` : verdict.rule,
    fix: facts?.remediation ?? '',
    violatingResources: [{ resourceName: verdict.object?.name ?? '', locations: [`${about}: ${verdict.message}`], manifestPath }],
  };
}

function isNamed(object: JsonObject, { object: name }: Verdict): boolean {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  return object['kind'] === name?.kind && metadata['name'] === name?.name && metadata['namespace'] === name?.namespace;
}

function objectsOf(path: string): readonly JsonObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).flatMap((document) => {
    const value: unknown = document.toJS();
    return isJsonObject(value) ? [value] : [];
  });
}
