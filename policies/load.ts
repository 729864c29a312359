import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { finding, type Finding, type FindingKind, type Place } from '../core/findings/finding';
import { policyFindings } from '../core/findings/policies';
import { isJsonObject, type JsonObject } from '../core/json';
import { byBytes } from '../core/order';
import { readYaml, type Path, type Placer } from './document';
import { completeRule, type ParameterValues, type PolicyRule, type Rule } from './rule';
import { shapeProblems } from './shape';
import { sharedVariables } from './shared-variables';

/** Largest rule file, in bytes. */
const MAX_BYTES = 256 * 1024;
/** Folders that are walked below the folder of rules. */
const MAX_DEPTH = 4;

/** A rule file that has the right shape. */
export interface RuleFile {
  /** As findings name it. */
  readonly file: string;
  readonly written: PolicyRule;
  readonly rule: Rule;
  readonly place: Placer;
}

export interface LoadedRules {
  /** In byte order of id. */
  readonly files: readonly RuleFile[];
  readonly findings: readonly Finding[];
}

/**
 * Reads every `.yaml` file of a folder of rules. `shown` is what findings call the folder.
 * Throws nothing, whatever the files hold; a folder that cannot be read is a finding.
 */
export function loadRules(folder: string, shown: string, values: ParameterValues = {}): LoadedRules {
  const findings: Finding[] = [];
  const files: RuleFile[] = [];
  for (const path of yamlFiles(folder, shown, findings)) {
    const loaded = readRule(join(folder, path), `${shown}/${path}`, values);
    findings.push(...loaded.findings);
    if (!loaded.rule) continue;
    const problem = misplaced(loaded.rule, path, files);
    if (problem) findings.push(problem);
    else files.push(loaded.rule);
  }
  return { files: files.sort((a, b) => byBytes(a.rule.id, b.rule.id)), findings };
}

/** One file; findings instead of a rule where it is none. */
function readRule(
  path: string,
  file: string,
  values: ParameterValues,
): { readonly rule?: RuleFile; readonly findings: readonly Finding[] } {
  const refuse = (message: string, place: Place = { file }, fix?: string): { readonly findings: readonly Finding[] } => ({
    findings: [finding(policyFindings.badRuleFile, { message, place, ...(fix === undefined ? {} : { fix }) })],
  });
  const read = readYaml(path, file, MAX_BYTES);
  if (read.problem !== undefined) return refuse(read.problem, read.place, read.fix);
  const { value, place } = read;
  if (!isJsonObject(value)) return refuse('the file holds no keys', place([]));
  const problems = [...shapeProblems(value), ...nameProblems(value)];
  if (problems.length > 0)
    return {
      findings: problems.map(({ message, path: where, fix }) =>
        finding(policyFindings.badRuleFile, { message, place: place(where), ...(fix ? { fix } : {}) }),
      ),
    };
  const written = value as unknown as PolicyRule;
  return { rule: { file, written, rule: completeRule(written, file, values), place }, findings: [] };
}

/** Two values may not share a name: one of them would be out of reach. */
function nameProblems(value: JsonObject): readonly { readonly message: string; readonly path: Path; readonly fix?: string }[] {
  const parameters = isJsonObject(value['parameters']) ? Object.keys(value['parameters']) : [];
  const variables = Array.isArray(value['variables'])
    ? value['variables'].map((each: unknown) => (isJsonObject(each) ? String(each['name']) : ''))
    : [];
  const places: readonly (readonly [string, Path])[] = [
    ...parameters.map((name): [string, Path] => [name, ['parameters', name]]),
    ...variables.map((name, index): [string, Path] => [name, ['variables', index, 'name']]),
  ];
  const seen = new Set(sharedVariables.map((each) => each.name));
  return places.flatMap(([name, path]) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ message: `"${name}" is taken already`, path, fix: 'choose another name' }];
  });
}

function misplaced({ rule, place }: RuleFile, path: string, before: readonly RuleFile[]): Finding | undefined {
  const say = (kind: FindingKind, message: string): Finding => finding(kind, { message, place: place(['id']) });
  const twin = before.find((each) => each.rule.id === rule.id);
  if (twin) return say(policyFindings.misplacedRule, `the id "${rule.id}" stands in ${twin.file} too`);
  const [area = '', ...rest] = rule.id.split('.');
  const wanted = `${area}/${rest.join('.')}.yaml`;
  return path === wanted ? undefined : say(policyFindings.misplacedRule, `the id "${rule.id}" belongs into ${wanted}`);
}

function yamlFiles(folder: string, shown: string, findings: Finding[]): readonly string[] {
  const found: string[] = [];
  const walk = (path: string, depth: number): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && depth < MAX_DEPTH) walk(inner, depth + 1);
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(inner);
    }
  };
  try {
    walk('', 0);
  } catch (error) {
    findings.push(
      finding(policyFindings.badRuleFile, { message: `${shown} cannot be read: ${(error as Error).message}`, place: { file: shown } }),
    );
  }
  return found.sort(byBytes);
}
