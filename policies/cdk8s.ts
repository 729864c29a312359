import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Finding } from '../core/findings/finding';
import { isJsonObject, type JsonObject } from '../core/json';
import { builtIn, judge, type Verdict } from './evaluate';
import { describeObject } from './evaluate/findings';
import { EXCEPTIONS_FILE, exceptionsFor, judgeExceptions } from './exceptions';
import { loadRules } from './load';
import { projectPolicies } from './project';
import type { Exception } from './report';
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
  /**
   * Project folder whose `rules/` are held beside those that KEA brings along, and whose `exceptions.yaml` holds for `stack`.
   *
   * @default - none
   */
  readonly project?: string;
  /** Stack that exceptions of the project name. @default - none holds */
  readonly stack?: string;
  /** Day to judge dates by, `YYYY-MM-DD`. @default - today */
  readonly asOf?: string;
}

/** A validation plugin of cdk8s: `cdk8s synth` of another team's app refuses what `kea check` refuses. Named under `validations` in `cdk8s.yaml`. */
export class KeaPolicies {
  constructor(private readonly properties: KeaPoliciesProperties = {}) {}

  async validate({ manifests, report }: ValidationContext): Promise<void> {
    const { level = 'deny', asOf = new Date().toISOString().slice(0, 10) } = this.properties;
    const { rules, exceptions, judgedExceptions } = this.measure(asOf);
    const read = manifests.flatMap((path) => objectsOf(path).map((object) => ({ path, object })));
    const { verdicts, denied, judged } = await judge({ objects: read.map((each) => each.object), rules, exceptions, asOf, level });
    const facts = new Map<string, RuleFacts>([...rules.rules, ...rules.planRules].map((each) => [each.id, each]));
    for (const verdict of verdicts.filter((each) => each.exception === undefined)) {
      const path = read.find(({ object }) => isNamed(object, verdict))?.path ?? '';
      report.addViolation(violationOf(verdict, facts.get(verdict.rule), path));
    }
    for (const { code, message, place, why, fix } of judgedExceptions(verdicts))
      report.addViolation({
        ruleName: code,
        recommendation: why,
        fix: fix ?? '',
        violatingResources: [
          { resourceName: EXCEPTIONS_FILE, locations: [message], manifestPath: `${place?.file ?? EXCEPTIONS_FILE}:${place?.line ?? 1}` },
        ],
      });
    report.submit(denied ? 'failure' : 'success', { objects: String(judged.objects), rules: String(judged.rules), level });
  }

  /** A rule or an exception that cannot be read stops the synth: it would protect nothing, or not what somebody thinks. */
  private measure(asOf: string): {
    readonly rules: RuleSet;
    readonly exceptions: readonly Exception[];
    readonly judgedExceptions: (verdicts: readonly Verdict[]) => readonly Finding[];
  } {
    const { rules: folder, project: root, stack = '' } = this.properties;
    const project = root === undefined ? undefined : projectPolicies(root);
    const own = project?.exceptions.filter((each) => each.stack === stack) ?? [];
    const loaded = folder === undefined ? undefined : loadRules(folder, folder);
    const wrong = [...(project?.findings ?? []), ...(loaded?.findings ?? [])];
    if (wrong.length > 0)
      throw new Error(wrong.map(({ place, message }) => `${place?.file ?? ''}:${place?.line ?? 1} ${message}`).join('\n'));
    return {
      rules: loaded ? { rules: loaded.files.map((each) => each.rule), planRules: [] } : (project?.rules ?? builtIn),
      exceptions: exceptionsFor(own, stack, asOf),
      judgedExceptions: (verdicts) => judgeExceptions(own, [{ stack, verdicts }], asOf),
    };
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
