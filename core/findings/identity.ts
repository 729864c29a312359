import { kinds } from './finding';

/** KEA60xx: the realm, and who may log in. */
export const identityFindings = kinds({
  devDatabase: {
    code: 'KEA6001',
    severity: 'error',
    title: 'development database in production',
    why: 'it is one pod without backup: with its disk go all people, sessions and keys',
    fix: 'write `database: {address: …, secret: …}` with a PostgreSQL that is looked after',
    explanation:
      'A stack that comes `after` another one, or whose policies `deny`, is production here. `devDatabase` is for the stack before them.',
    example: 'policies: { level: deny }\nidentity: { keycloak: { devDatabase: {} } }',
  },
  machineKeys: {
    code: 'KEA6002',
    severity: 'error',
    title: 'two keys of one machine',
    why: 'Keycloak would read one of them and nobody could say which',
    fix: 'keep `jwksUri` or `jwks`',
    explanation:
      'A machine proves itself with assertions signed by its key, found at `jwksUri` or written out in `jwks`, or else with a secret.',
    example: 'machines: { batch: { roles: [reader], jwksUri: https://batch.example.com/jwks, jwks: "{}" } }',
  },
  takenName: {
    code: 'KEA6003',
    severity: 'error',
    title: 'name that is taken in the realm',
    why: 'clients of a realm have one name each, and models and the platform have theirs',
    fix: 'rename the machine',
    explanation: 'Each model is a client of its own name, and names with `kea-` are the platform’s.',
    example: 'machines: { kea-portal: { roles: [reader] } }',
  },
  unknownRole: {
    code: 'KEA6004',
    severity: 'error',
    title: 'role that no model asks for',
    why: 'it would admit to nothing, and whoever wrote it believes that it does',
    fix: 'write a role of a method, `<model>:<method>`, or one that a method lists',
    explanation:
      'Machines and brokers give roles out. A role that no method of the stack’s models has or lists is a mistake of spelling or of the stack.',
    example: 'machines: { batch: { roles: ["credit-score:scor"] } }',
  },
  unknownGroup: {
    code: 'KEA6005',
    severity: 'error',
    title: 'group that no model names',
    why: 'people would be put into a group that means nothing',
    fix: 'write an owner or approver of a model, or kea-admins',
    explanation: 'Groups of the realm are the owners and approvers of models, and kea-admins, whose members administer the realm.',
    example: 'brokers: { company: { groups: { staff: risk-tem } } }',
  },
  providers: {
    code: 'KEA6006',
    severity: 'error',
    title: 'providers that do not go together',
    why: 'a token belongs to one provider, and what is never read misleads whoever reads the file',
    fix: 'name each issuer once, `also` only beside `oidc` or `keycloak`, and `ca` and `proxy` only where keys are fetched over https',
    explanation:
      '`identity.also` lists providers whose tokens are taken besides those of `oidc` or `keycloak`. Each is found by its issuer, so no two have the same.',
    example: 'identity: { oidc: { issuer: https://a.example.com }, also: [{ issuer: https://a.example.com }] }',
  },
  unreachable: {
    code: 'KEA6010',
    severity: 'error',
    title: 'Keycloak does not answer',
    why: 'the realm can be neither read nor changed',
    fix: 'see that it runs and that `--server` is its address',
    explanation: 'The admin address must be reached from here; in a cluster by `kubectl port-forward`.',
  },
  credentials: {
    code: 'KEA6011',
    severity: 'error',
    title: 'Keycloak refuses the administrator',
    why: 'only the client of sso-sync, or the one of the first start, may change the realm',
    fix: 'set KEA_SSO_CLIENT and KEA_SSO_SECRET to a client of the realm master that may manage the realm',
    explanation:
      'sso-sync logs in with client credentials. It made its client at its first run; its secret stands in the Secret kea-sso-sync.',
  },
  foreign: {
    code: 'KEA6012',
    severity: 'error',
    title: 'something of that name is not ours',
    why: 'sso-sync changes only what it made: somebody else relies on what is there',
    fix: 'rename it in Keycloak, or the model, or take it over by setting its attribute kea.managed to the value named',
    explanation:
      'Everything that sso-sync made has an attribute `kea.managed` that names it. Realm roles and groups that others made are used as they are; realms, clients, scopes and brokers are refused.',
  },
  losses: {
    code: 'KEA6013',
    severity: 'error',
    title: 'too much would be deleted',
    why: 'a folder of models that was read wrongly looks the same as one that was emptied, and people would lose their roles',
    fix: 'read the plan; if it is meant, allow the number with --deletions',
    explanation: 'A run may delete five clients, roles, groups or brokers, or a fifth of what it manages, whichever is more.',
  },
  busy: {
    code: 'KEA6014',
    severity: 'error',
    title: 'another sync is running',
    why: 'two at once would undo each other',
    fix: 'wait until it has ended and start again',
    explanation: 'A sync holds a lease in the realm. One that was killed loses it after half a minute.',
  },
  refused: {
    code: 'KEA6015',
    severity: 'error',
    title: 'Keycloak refuses a change',
    why: 'the realm does not hold what the files say',
    fix: 'read what it answered; what was done stays done, and the next run goes on from there',
    explanation: 'Either what the files ask for is nothing that Keycloak takes, or its admin API is of another version than 26.',
  },
  bootstrapAdmin: {
    code: 'KEA6016',
    severity: 'error',
    title: 'temporary administrator left',
    why: 'it may do everything, never expires, and its password was handed around',
    fix: 'run `kea sso apply`, which removes it once the permanent client works',
    explanation: 'Keycloak marks administrators of its first start as temporary and warns of them, but keeps them for ever.',
  },
  denyList: {
    code: 'KEA6020',
    severity: 'error',
    title: 'nobody was denied or let in',
    why: 'a deny list that is half right would let somebody in',
    fix: 'name one of SUBJECT, --client and --token-id, and a --reason; see `kea access deny --help`',
    explanation:
      'The list is deny.json in the bundle folder of a local run, and the ConfigMap kea-deny-list of a cluster: {"format": 1, "entries": [{"sub": …, "reason": …}]}. Gateways refuse a list that they cannot read and keep the one before.',
    example: 'kea access deny --client batch',
  },
  noToken: {
    code: 'KEA6021',
    severity: 'error',
    title: 'no token to look at',
    why: 'what is no JSON Web Token says nothing about its holder',
    fix: 'give the access token, three parts with dots between, by --token FILE or on standard input by --token -',
    explanation:
      '`kea sso doctor` reads an access token from a file or standard input, so that it stands in no history and no list of processes.',
    example: 'echo hello | kea sso doctor --stack prod --token -',
  },
  noRole: {
    code: 'KEA6030',
    severity: 'error',
    title: 'no such role, person or request',
    why: 'a role that is misspelt would be asked for, given and never work',
    fix: 'write a role as `kea access list` prints it, and the person by the name of the login',
    explanation:
      'Roles are `<model>:<method>`, `<model>:pin`, and those that methods list in `roles`. A person is who the provider knows by that name; with the managed Keycloak it is the name at its login.',
    example: 'kea access request credit-score:scor ada --reason "quarterly review"',
  },
  notApprover: {
    code: 'KEA6031',
    severity: 'error',
    title: 'no approver of this role',
    why: 'who may have a role is decided by the groups that the model file names',
    fix: 'ask a member of one of these groups to do it; nobody gives a role to himself',
    explanation:
      'The groups are `approvers` of the model, its `owner` where it names none; a role that several models list is given by groups that all of them name. Keycloak holds the same: approvers have a permission for their models’ roles and no other.',
    example: 'kea access grant credit-score:score ada --stack dev',
  },
  accessCall: {
    code: 'KEA6032',
    severity: 'error',
    title: 'access was not changed',
    why: 'who looks at it in a year must know why somebody had a role',
    fix: 'see `kea access --help`',
    explanation:
      'A grant needs a reason, its own or that of the request in `access/`, and an end that is not over. A change needs a login: that of an approver, by a browser, --token or, for sample people of a local run with Keycloak, --as.',
    example: 'kea access grant credit-score:score ada',
  },
  accessReview: {
    code: 'KEA6033',
    severity: 'warning',
    title: 'role that somebody should look at',
    why: 'roles that nobody asked for, or that have ended, are how access grows',
    fix: 'take it away by `kea access revoke`, or ask for it by `kea access request` and have it granted',
    explanation:
      '`kea access review` compares who has roles in Keycloak with the grants in `access/`: a role without a grant, one beyond its end, a grant without the role, and a person who is disabled.',
    example: 'kea access review --stack dev',
  },
});
