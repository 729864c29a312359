// Generated from schema/source by `npm run generate`. Do not edit.

import type { JsonObject, JsonSchema, JsonValue } from '../../core/json';

/** A `policies/rules/<area>/<id>.yaml`: one rule, judged the same way by `kea check`, by Pulumi and in the cluster. */
export interface PolicyRule {
  /**
   * Format of the file.
   * @default "v1"
   */
  readonly kea?: 'v1' | undefined;
  /**
   * The rule's name for ever: reports and exceptions quote it.
   * Written as an id such as pod.privileged: small letters, digits and hyphens, with a dot after the area.
   */
  readonly id: string;
  /** What is demanded, in a few words. */
  readonly title: string;
  /** What a violation costs at worst. */
  readonly severity: 'low' | 'medium' | 'high' | 'critical';
  /** Why, in one sentence. */
  readonly rationale: string;
  /** What to do, in one sentence. */
  readonly remediation: string;
  /**
   * A page that says more.
   * Written as an address that starts with https://.
   * @default - no page
   */
  readonly url?: string | undefined;
  /**
   * Demands of published frameworks that the rule meets.
   * @default - none
   */
  readonly frameworks?: readonly Framework[] | undefined;
  /**
   * The same demand under the names of other checkers.
   * @default - none
   */
  readonly tools?: readonly string[] | undefined;
  /** Which objects the rule judges. */
  readonly applies: Applies;
  /**
   * Values that may be set; the expression says `variables.<name>`.
   * @default - none
   */
  readonly parameters?: Parameters | undefined;
  /**
   * Named parts of the expression, in order.
   * @default - none
   */
  readonly variables?: readonly Variable[] | undefined;
  /** CEL over `object` and `variables`; true where the object is fine. */
  readonly expression: string;
  /**
   * CEL that says what is wrong, in one line.
   * @default - the title
   */
  readonly messageExpression?: string | undefined;
  /**
   * How far the rule is rolled out: it only informs, it warns, it refuses.
   * @default "deny"
   */
  readonly step?: ('audit' | 'warn' | 'deny') | undefined;
  /**
   * Which object is judged. `rendered` where the API server would fill the field in by itself: such a rule is left out of admission.
   * @default "written"
   */
  readonly source?: ('written' | 'rendered') | undefined;
  /** Objects that prove the rule. */
  readonly fixtures: Fixtures;
}
/** A demand of a published framework that the rule meets. */
export interface Framework {
  /** Name of the framework, with its version. */
  readonly name: string;
  /** Number of the demand there. */
  readonly reference: string;
}
/** Which objects the rule judges. */
export interface Applies {
  /** Kinds of objects. */
  readonly kinds: readonly string[];
  /**
   * Labels that an object must carry: label → value, or `*` for any.
   * @default - objects with any labels
   */
  readonly labels?: AppliesLabels | undefined;
}
/** Labels that an object must carry: label → value, or `*` for any. */
export interface AppliesLabels {
  /** Value, or `*`. */
  readonly [k: string]: string;
}
/** Values that may be set; the expression says `variables.<name>`. */
export interface Parameters {
  /** One value. */
  readonly [k: string]: Parameter;
}
/** A value of the rule that may be set without changing its text. */
export interface Parameter {
  /** What the value decides. */
  readonly description: string;
  /** JSON Schema of the value. */
  readonly schema: JsonSchema;
  /** The value where nobody sets one. */
  readonly default: JsonValue;
}
/** A named part of the expression. */
export interface Variable {
  /**
   * Name; the expression says `variables.<name>`.
   * Written as a name of letters and digits that starts with a small letter.
   */
  readonly name: string;
  /** CEL over `object` and the variables before this one. */
  readonly expression: string;
}
/** Objects that show what the rule accepts and refuses; every gate is tested with them. */
export interface Fixtures {
  /**
   * Sample object that the fixtures start from, one that KEA brings along.
   * @default - each fixture writes its object out
   */
  readonly base?: string | undefined;
  /** Objects that the rule accepts. */
  readonly pass: readonly PassFixture[];
  /** Objects that the rule refuses. */
  readonly fail: readonly FailFixture[];
}
/** An object that the rule accepts. */
export interface PassFixture {
  /** What the object shows. */
  readonly name: string;
  /**
   * The whole object, written out.
   * @default - the file's `fixtures.base`
   */
  readonly object?: JsonObject | undefined;
  /**
   * Another base than `fixtures.base`: the name of a sample object that KEA brings along.
   * @default - the file's `fixtures.base`
   */
  readonly base?: string | undefined;
  /**
   * JSON Pointer → value that is put there.
   * @default - nothing is changed
   */
  readonly set?: Changes | undefined;
  /**
   * JSON Pointers of what is taken away, after `set`.
   * @default - nothing is removed
   */
  readonly remove?: readonly string[] | undefined;
  /**
   * The whole block that the rule is about is missing. One fixture of every rule says so.
   * @default false
   */
  readonly absent?: boolean | undefined;
}
/** JSON Pointer → value that is put there. */
export interface Changes {
  /** Any value. */
  readonly [k: string]: JsonValue;
}
/** An object that the rule refuses. */
export interface FailFixture {
  /** What the object shows. */
  readonly name: string;
  /**
   * The whole object, written out.
   * @default - the file's `fixtures.base`
   */
  readonly object?: JsonObject | undefined;
  /**
   * Another base than `fixtures.base`: the name of a sample object that KEA brings along.
   * @default - the file's `fixtures.base`
   */
  readonly base?: string | undefined;
  /**
   * JSON Pointer → value that is put there.
   * @default - nothing is changed
   */
  readonly set?: Changes1 | undefined;
  /**
   * JSON Pointers of what is taken away, after `set`.
   * @default - nothing is removed
   */
  readonly remove?: readonly string[] | undefined;
  /**
   * The whole block that the rule is about is missing. One fixture of every rule says so.
   * @default false
   */
  readonly absent?: boolean | undefined;
  /**
   * What the rule says about it, word by word.
   * @default - the message is not compared
   */
  readonly message?: string | undefined;
}
export interface Changes1 {
  readonly [k: string]: JsonValue;
}
