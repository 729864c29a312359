import type { JsonObject, JsonValue } from '../../core/json';
import { openPolicies, type PolicySession, type Verdict } from '../evaluate';
import { celLiteral } from '../literal';
import type { PlanRule, Rule } from '../rule';

/** Values that the user of the pack set for a rule's parameters. */
export type Settings = { readonly [parameter: string]: JsonValue };

/**
 * What rules say, asked rule by rule as Pulumi asks, and worked out object by object: one look at an object answers all rules that have no settings
 * of their own. The evaluator does one thing at a time.
 */
export class Judgements {
  private readonly sessions = new Map<string, PolicySession>();
  private readonly known = new Map<string, Promise<readonly Verdict[]>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly rules: readonly Rule[],
    private readonly asOf: string,
  ) {}

  /** Everything that one rule says about one object; nothing where it is fine. */
  async ofObject(rule: Rule, settings: Settings, object: JsonObject): Promise<readonly Verdict[]> {
    const own = Object.keys(settings).length > 0;
    const key = JSON.stringify([own ? [rule.id, settings] : [], object]);
    const verdicts =
      this.known.get(key) ??
      this.next(own ? JSON.stringify([rule.id, settings]) : '', own ? [withSettings(rule, settings)] : this.rules, [], [object]);
    this.known.set(key, verdicts);
    return (await verdicts).filter((each) => each.rule === rule.id);
  }

  /** What a rule over everything says. */
  ofAll(rule: PlanRule, objects: readonly JsonObject[]): Promise<readonly Verdict[]> {
    return this.next(`plan ${rule.id}`, [], [rule], objects);
  }

  private next(
    name: string,
    rules: readonly Rule[],
    planRules: readonly PlanRule[],
    objects: readonly JsonObject[],
  ): Promise<readonly Verdict[]> {
    const session = this.sessions.get(name) ?? openPolicies({ rules, planRules });
    this.sessions.set(name, session);
    const answer = this.turn.then(async () => (await session.judge({ objects, asOf: this.asOf, level: 'deny' })).verdicts);
    this.turn = answer.catch(() => undefined);
    return answer;
  }
}

/** The rule with the user's values in the place of its parameters' defaults. */
export function withSettings(rule: Rule, settings: Settings): Rule {
  const isParameter = (name: string): boolean => Object.hasOwn(rule.parameters, name) && Object.hasOwn(settings, name);
  return {
    ...rule,
    variables: rule.variables.map((each) =>
      isParameter(each.name) ? { name: each.name, expression: celLiteral(settings[each.name] as JsonValue) } : each,
    ),
  };
}
