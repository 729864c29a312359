import { kinds } from './finding';

/** Findings of policies: about objects that break a rule, and about rules that are wrong themselves. */
export const policyFindings = kinds({
  violation: {
    code: 'KEA5001',
    severity: 'error',
    title: 'object against a policy',
    why: 'a rule of the platform refuses it',
    fix: 'follow the remediation that the rule gives',
    explanation:
      'Every object of a plan is judged by the rules of `policies/rules/`. The message begins with the id of the rule; its own reason and remediation stand beside it. Rules that are rolled out to `audit` are notes, to `warn` warnings, to `deny` errors that end kea with 5.',
  },
  ruleFailed: {
    code: 'KEA5002',
    severity: 'error',
    title: 'policy that could not decide',
    why: 'a rule that breaks has not said yes, so what it was asked about counts as refused',
    fix: 'correct the rule, or the object if it is not what Kubernetes takes',
    explanation:
      'An expression threw an error while it judged an object, such as reading a field that is not there or comparing a text with a number. The finding is about the rule; the object counts as refused, as the API server does with `failurePolicy: Fail`.',
  },
  ruleTimedOut: {
    code: 'KEA5003',
    severity: 'error',
    title: 'policy that took too long',
    why: 'a rule that never ends would stop every check, and one that is skipped would let everything pass',
    fix: 'simplify the expression: no nested quantifiers in patterns, no loops inside loops over large lists',
    explanation:
      'Each decision has a deadline. A rule that passes it is stopped, its process replaced, and the rule is not asked again in that run: everything that it should have judged counts as refused.',
  },
  undecided: {
    code: 'KEA5004',
    severity: 'warning',
    title: 'policy that cannot decide yet',
    why: 'the rule depends on a value that is known only once something else was made, so it has not said yes',
    fix: 'nothing, if the value comes from Pulumi: the same rule decides at `pulumi up`',
    explanation:
      'In a preview, outputs of resources that are not there yet have no value. A rule that reads one is neither passed nor broken: it is undecided, printed, and decided by `pulumi up` before the object is made.',
  },
  unseen: {
    code: 'KEA5005',
    severity: 'error',
    title: 'objects that could not be read',
    why: 'what nobody looked at is not fine',
    fix: 'give the account of this kubectl the right to list them, or name the namespaces that it may read by --namespace',
    explanation:
      "`kea policies scan --live` reads by the caller's own kubectl. Kinds or namespaces that it may not read are reported, never left out in silence.",
  },
  badRuleFile: {
    code: 'KEA5010',
    severity: 'error',
    title: 'rule file that is not one',
    why: 'a rule that cannot be read protects nothing',
    fix: 'correct the file; docs/reference/rule-file.md lists every key',
    explanation:
      'A rule file is YAML with the keys of `policy-rule.schema.json`. The finding says which key is unknown, missing or of another form.',
  },
  badExpression: {
    code: 'KEA5011',
    severity: 'error',
    title: 'expression that does not compile',
    why: 'no gate could run it',
    fix: 'correct the CEL; the finding shows the place',
    explanation: 'Expressions are CEL over `object` and `variables`. `expression` yields true or false, `messageExpression` a text.',
  },
  misplacedRule: {
    code: 'KEA5012',
    severity: 'error',
    title: 'rule in the wrong file',
    why: 'a rule is found by its id, and each id stands once',
    fix: 'name the file and its folder after the id: pod.privileged stands in pod/privileged.yaml',
    explanation: 'The id `pod.privileged` belongs to the file `pod/privileged.yaml` below the folder of rules, and no other file has it.',
  },
  wrongFixture: {
    code: 'KEA5013',
    severity: 'error',
    title: 'fixture that proves the opposite',
    why: 'a rule that refuses what it should accept, or the other way round, is wrong at every gate',
    fix: 'correct the expression or the fixture',
    explanation:
      'Every fixture under `pass` must be accepted and every one under `fail` refused, with its message where one is given. One fixture has the whole block absent and says so.',
  },
  vacuous: {
    code: 'KEA5020',
    severity: 'error',
    title: 'rule that holds for nothing',
    why: 'all() over a missing list is true, so an object without the block would pass',
    fix: 'demand the block first, with has(…) or size(…) > 0 before all(…)',
    explanation:
      '`.?x.orValue([]).all(…)` is true when the list is not there. A rule that reads a list this way must also demand that the list has something in it, or show by a fixture under `pass` with `absent: true` that its absence is fine.',
  },
  forgottenContainers: {
    code: 'KEA5021',
    severity: 'error',
    title: 'init or ephemeral containers forgotten',
    why: 'a container that starts first or is added later runs in the same pod with the same rights',
    fix: 'write variables.containers, which holds containers, initContainers and ephemeralContainers',
    explanation:
      'A rule about a pod reads `variables.containers`. Where only the long-running containers are meant, as with probes, it says `variables.servers`.',
  },
  slowPattern: {
    code: 'KEA5022',
    severity: 'error',
    title: 'pattern that two gates read differently',
    why: 'what backtracks can take for ever, and the API server and Node read some patterns differently',
    fix: 'write the pattern without quantifiers inside quantifiers, look-arounds, back references and flags',
    explanation:
      'Patterns must mean the same in RE2, which the API server uses, and in JavaScript: no `(a+)+`, no `(?=…)`, no `\\1`, no `(?i)`, no `\\s`; `.` only where no line break can be. They are literals, so that they can be read before they run.',
  },
  unguarded: {
    code: 'KEA5023',
    severity: 'error',
    title: 'field read without asking whether it is there',
    why: 'reading a field that is missing is an error, and then the rule says nothing about the object',
    fix: 'write .?field.orValue(…), or ask has(…) first',
    explanation:
      'Only `apiVersion`, `kind`, `metadata` and `metadata.name` are in every object. Everything else is read with `.?` and `orValue`, or behind `has(…)` of the same field.',
  },
  mixedNumbers: {
    code: 'KEA5024',
    severity: 'error',
    title: 'whole numbers mixed with others',
    why: 'CEL has no arithmetic between int and double',
    fix: 'convert with double(…) or int(…)',
    explanation: 'Whole numbers in an object are `int`, others `double`. Where both may come, convert first.',
  },
  defaultedField: {
    code: 'KEA5025',
    severity: 'error',
    title: 'field that the API server fills in',
    why: 'at admission the field is there although nobody wrote it, so the gates would disagree',
    fix: 'add `source: rendered` to the rule, or judge another field',
    explanation:
      'Before policies run, the API server fills in defaults such as `imagePullPolicy`. A rule about such a field judges what KEA writes (`source: rendered`) and is left out of admission.',
  },
  notPortable: {
    code: 'KEA5026',
    severity: 'error',
    title: 'expression outside of the portable subset',
    why: 'it would not decide the same at every gate',
    fix: 'use `object`, `variables` and the functions that docs/guides/policies.md lists',
    explanation:
      'Only `object` and `variables` are known at every gate: no `request`, `oldObject`, `params`, `authorizer`. Only functions that Node and the API server both have, with the same meaning, may be called.',
  },
  badException: {
    code: 'KEA5030',
    severity: 'error',
    title: 'exception that is none',
    why: 'an exception that is not complete excepts nothing, so that nobody slips through by a misspelt one',
    fix: 'write rule, stack, object, reason, approver, approved and expires; docs/guides/policies.md has an example',
    explanation:
      '`exceptions.yaml` of a project lists exceptions. Each names one rule, one stack and one object exactly as findings write it, says why, who approved it and when, and ends at most 90 days later.',
  },
  expiredException: {
    code: 'KEA5031',
    severity: 'error',
    title: 'exception that has ended',
    why: 'an exception is a promise to be done by a day, and the day is past',
    fix: 'remove it if the object is fine now, else correct the object, or have it approved anew',
    explanation:
      'From the day after `expires` an exception covers nothing: what it excepted is found again, at every gate that was written since. `--as-of` judges another day.',
  },
  unusedException: {
    code: 'KEA5032',
    severity: 'warning',
    title: 'exception for nothing',
    why: 'what nobody needs any more would cover the next mistake',
    fix: 'remove it',
    explanation:
      'In its stack, no rule says anything against the object that the exception names: it was corrected, renamed, or never was there.',
  },
});
