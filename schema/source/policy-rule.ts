import { choice, flag, formed, list, map, object, part, text, type Schema } from './build';

/** Groups that are written `apps/v1/Deployment`, and the core group, written `v1/Pod`. */
const kind = {
  pattern: '^([a-z0-9][-a-z0-9.]*/)?v[0-9]+((alpha|beta)[0-9]+)?/[A-Z][A-Za-z0-9]*$',
  form: 'a kind such as apps/v1/Deployment or v1/Service',
} as const;

/** Ids read `area.name`; the file stands in a folder of the area's name. */
const id = {
  pattern: '^[a-z][a-z0-9]*(\\.[a-z][-a-z0-9]*)+$',
  form: 'an id such as pod.privileged: small letters, digits and hyphens, with a dot after the area',
} as const;

/** Names that CEL and every emitted form take. */
const variable = {
  pattern: '^[a-z][A-Za-z0-9]*$',
  form: 'a name of letters and digits that starts with a small letter',
  most: 40,
} as const;

/** JSON Pointer into an object; `-` behind a list's pointer adds to it. */
const pointer = { pattern: '^(/([^~/]|~[01])*)+$', form: 'a JSON Pointer such as /spec/template/spec/hostNetwork', most: 500 } as const;

const anything: Schema = { description: 'Any value.', 'x-kea-type': 'JsonValue' };
const cel = (description: string, example: string, otherwise?: string): Schema =>
  text(description, { most: 4000, example, ...(otherwise === undefined ? {} : { otherwise }) });

const fixture = (title: string, description: string, more: { readonly [key: string]: Schema } = {}): Schema =>
  object(
    title,
    description,
    {
      name: text('What the object shows.', { most: 100, example: 'init container forgotten' }),
      object: {
        description: 'The whole object, written out.',
        type: 'object',
        'x-kea-type': 'JsonObject',
        'x-kea-default': "the file's `fixtures.base`",
        examples: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'score', namespace: 'models' } }],
      },
      base: text('Another base than `fixtures.base`: the name of a sample object that KEA brings along.', {
        most: 60,
        otherwise: "the file's `fixtures.base`",
        example: 'cronjob',
      }),
      set: { ...map('Changes', 'JSON Pointer → value that is put there.', pointer, anything), 'x-kea-default': 'nothing is changed' },
      remove: list('JSON Pointers of what is taken away, after `set`.', formed('Pointer.', pointer.form, pointer.pattern), {
        otherwise: 'nothing is removed',
        example: ['/spec/template/spec/securityContext'],
      }),
      absent: flag('The whole block that the rule is about is missing. One fixture of every rule says so.', {
        default: false,
        example: true,
      }),
      ...more,
    },
    ['name'],
  );

const defs: { readonly [title: string]: Schema } = {
  Framework: object(
    'Framework',
    'A demand of a published framework that the rule meets.',
    {
      name: text('Name of the framework, with its version.', { most: 80, example: 'CIS Kubernetes Benchmark 1.11' }),
      reference: text('Number of the demand there.', { most: 80, example: '5.2.2' }),
    },
    ['name', 'reference'],
  ),
  Applies: object(
    'Applies',
    'Which objects the rule judges.',
    {
      kinds: list('Kinds of objects.', formed('Kind.', kind.form, kind.pattern), {
        least: 1,
        most: 40,
        unique: true,
        example: ['apps/v1/Deployment', 'apps/v1/StatefulSet'],
      }),
      labels: {
        ...map(
          'AppliesLabels',
          'Labels that an object must carry: label → value, or `*` for any.',
          { pattern: '^[A-Za-z0-9./_-]+$', form: 'the name of a label' },
          text('Value, or `*`.', { most: 63, example: '*' }),
          10,
        ),
        'x-kea-default': 'objects with any labels',
      },
    },
    ['kinds'],
  ),
  Parameter: object(
    'Parameter',
    'A value of the rule that may be set without changing its text.',
    {
      description: text('What the value decides.', { example: 'Registries that images may come from, each ending in a slash.' }),
      schema: {
        description: 'JSON Schema of the value.',
        type: 'object',
        'x-kea-type': 'JsonSchema',
        examples: [{ type: 'array', items: { type: 'string' } }],
      },
      default: { description: 'The value where nobody sets one.', 'x-kea-type': 'JsonValue', examples: [['registry.example.com/']] },
    },
    ['description', 'schema', 'default'],
  ),
  Variable: object(
    'Variable',
    'A named part of the expression.',
    {
      name: formed('Name; the expression says `variables.<name>`.', variable.form, variable.pattern, { most: 40, example: 'mounts' }),
      expression: cel('CEL over `object` and the variables before this one.', 'object.spec.?volumes.orValue([])'),
    },
    ['name', 'expression'],
  ),
  PassFixture: fixture('PassFixture', 'An object that the rule accepts.'),
  FailFixture: fixture('FailFixture', 'An object that the rule refuses.', {
    message: text('What the rule says about it, word by word.', {
      otherwise: 'the message is not compared',
      example: 'container "server" is privileged',
    }),
  }),
  Fixtures: object(
    'Fixtures',
    'Objects that show what the rule accepts and refuses; every gate is tested with them.',
    {
      base: text('Sample object that the fixtures start from, one that KEA brings along.', {
        most: 60,
        otherwise: 'each fixture writes its object out',
        example: 'deployment',
      }),
      pass: list('Objects that the rule accepts.', part('PassFixture', 'One object.'), { least: 1, example: [{ name: 'hardened' }] }),
      fail: list('Objects that the rule refuses.', part('FailFixture', 'One object.'), {
        least: 1,
        example: [{ name: 'security context absent', remove: ['/spec/template/spec/containers/0/securityContext'], absent: true }],
      }),
    },
    ['pass', 'fail'],
  ),
};

/** `schema/policy-rule.schema.json`: `policies/rules/<area>/<id>.yaml`. */
export const policyRuleSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...object(
    'PolicyRule',
    'A `policies/rules/<area>/<id>.yaml`: one rule, judged the same way by `kea check`, by Pulumi and in the cluster.',
    {
      kea: { description: 'Format of the file.', const: 'v1', default: 'v1', examples: ['v1'] },
      id: formed("The rule's name for ever: reports and exceptions quote it.", id.form, id.pattern, {
        most: 60,
        example: 'pod.privileged',
      }),
      title: text('What is demanded, in a few words.', { most: 120, example: 'no container is privileged' }),
      severity: choice('What a violation costs at worst.', ['low', 'medium', 'high', 'critical'], { example: 'critical' }),
      rationale: text('Why, in one sentence.', { example: 'a privileged container is root on its node' }),
      remediation: text('What to do, in one sentence.', { example: 'remove securityContext.privileged' }),
      url: formed('A page that says more.', 'an address that starts with https://', '^https://[^\\s]+$', {
        otherwise: 'no page',
        example: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
      }),
      frameworks: list('Demands of published frameworks that the rule meets.', part('Framework', 'One demand.'), {
        otherwise: 'none',
        example: [{ name: 'CIS Kubernetes Benchmark 1.11', reference: '5.2.2' }],
      }),
      tools: list(
        'The same demand under the names of other checkers.',
        text('Name.', { most: 120, example: 'kube-linter privileged-container' }),
        {
          otherwise: 'none',
          example: ['kube-linter privileged-container', 'checkov CKV_K8S_16'],
        },
      ),
      applies: part('Applies', 'Which objects the rule judges.', { example: { kinds: ['v1/Service'] } }),
      parameters: {
        ...map(
          'Parameters',
          'Values that may be set; the expression says `variables.<name>`.',
          variable,
          part('Parameter', 'One value.'),
          20,
        ),
        'x-kea-default': 'none',
      },
      variables: list('Named parts of the expression, in order.', part('Variable', 'One part.'), {
        most: 20,
        otherwise: 'none',
        example: [{ name: 'volumes', expression: 'variables.podSpec.?volumes.orValue([])' }],
      }),
      expression: cel(
        'CEL over `object` and `variables`; true where the object is fine.',
        'size(variables.containers) > 0 && variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))',
      ),
      messageExpression: cel(
        'CEL that says what is wrong, in one line.',
        '"Deployment " + object.metadata.name + " runs a privileged container"',
        'the title',
      ),
      step: choice('How far the rule is rolled out: it only informs, it warns, it refuses.', ['audit', 'warn', 'deny'], {
        default: 'deny',
        example: 'warn',
      }),
      source: choice(
        'Which object is judged. `rendered` where the API server would fill the field in by itself: such a rule is left out of admission.',
        ['written', 'rendered'],
        { default: 'written', example: 'rendered' },
      ),
      fixtures: part('Fixtures', 'Objects that prove the rule.', {
        example: { base: 'deployment', pass: [{ name: 'hardened' }], fail: [{ name: 'x' }] },
      }),
    },
    ['id', 'title', 'severity', 'rationale', 'remediation', 'applies', 'expression', 'fixtures'],
  ),
  $defs: defs,
};
