import { kinds } from './finding';

/** Findings about the gateway's configuration: mistakes that would open what the models folder closes. */
export const gatewayFindings = kinds({
  routeWithoutRule: {
    code: 'KEA3001',
    severity: 'error',
    title: 'route without an access rule',
    why: 'a route that says nothing about its callers depends on a default that a later change may weaken',
    fix: 'give the method roles, or declare it public under an approved exception',
    explanation:
      'Every route of the gateway carries its own list of roles. A route without one, or with an empty one, is refused at synth and again by the gateway itself, which keeps its previous configuration.',
  },
  admitsEverybody: {
    code: 'KEA3002',
    severity: 'error',
    title: 'rule that admits everybody',
    why: 'only a method that is declared public may be called without a token',
    fix: 'list roles, or declare the method public under an approved exception',
    explanation:
      'A rule that matches any caller stands only on routes of methods that say `public: true`, where a token is not demanded either.',
  },
  weakRule: {
    code: 'KEA3003',
    severity: 'error',
    title: 'rule on something else than verified claims',
    why: 'headers and addresses can be forged, denials and expressions fail open',
    fix: 'write the rule as a list of roles',
    explanation:
      'Access is decided by the claims of a verified token and nothing else: no header, address, negation, denial list or expression, and no filter switched off on a route.',
  },
  answersItself: {
    code: 'KEA3004',
    severity: 'error',
    title: 'route that answers or rewrites by itself',
    why: 'an answer that the processor did not give was neither validated nor recorded',
    fix: 'let the route lead to the processor without changing the path',
    explanation:
      'Routes of the edge lead to the processor (or, for the documentation, to the portal), say who the route is, and end in a time of their own. They answer by themselves only to refuse, and change neither path nor host.',
  },
  outsidePrefix: {
    code: 'KEA3005',
    severity: 'error',
    title: 'route outside its contract',
    why: 'a route that matches paths of another model would take its calls',
    fix: 'match exact paths below /models/<model>/<contract>/',
    explanation:
      "All routes of a contract match exact paths below the contract's own prefix, or the prefix itself at the end. Patterns are not used.",
  },
  filterOrder: {
    code: 'KEA3006',
    severity: 'error',
    title: 'filter before the decision',
    why: 'a filter that can answer before token and roles are checked answers everybody',
    fix: 'put the filter between rbac and router, or leave it out',
    explanation:
      'Tokens are verified first, roles second; only health check, compression, CORS preflights, coarse limits and the login of the documentation pages stand before them. The check reads the listener that is written, not the code that wrote it.',
  },
  weakToken: {
    code: 'KEA3007',
    severity: 'error',
    title: 'token check that lets too much through',
    why: 'a token for somebody else, or one that never ends, is not proof of who calls',
    fix: 'state issuer and audience in `identity`, and demand a token on every path',
    explanation:
      'Tokens are taken from the Authorization header only, of the stated issuer, for the stated audience, with an end; a catch-all rule demands one on every path.',
  },
  plainIdentity: {
    code: 'KEA3008',
    severity: 'error',
    title: 'keys of the identity provider over plain HTTP',
    why: 'whoever can change the keys on their way can sign tokens for everybody',
    fix: 'use an https:// address for the keys',
    explanation:
      'The gateway fetches the keys that verify tokens from `identity`. Only the embedded issuer of the local run, a provider on the same machine, and the Keycloak that the platform runs beside the gateway may use plain HTTP.',
  },
  openOrigin: {
    code: 'KEA3009',
    severity: 'error',
    title: 'CORS for origins that are not exact',
    why: 'with a pattern, any page of the internet may use the token of whoever visits it',
    fix: 'list each origin with scheme and host, such as https://app.example.com',
    explanation:
      '`cors.origins` lists exact origins: scheme, host, port when it is not the usual one. `*`, `null`, patterns and paths are refused.',
  },
  bodyBeyondEdge: {
    code: 'KEA3010',
    severity: 'error',
    title: 'body limit above that of the gateway',
    why: 'the gateway refuses larger bodies before the method sees them',
    fix: 'lower maxBody, or move large inputs to storage and pass their address',
    explanation: 'The gateway takes bodies up to 64 MiB whatever the method says. A larger `maxBody` would promise what no caller gets.',
  },
  publicWithRoles: {
    code: 'KEA3011',
    severity: 'error',
    title: 'public method with roles',
    why: 'a method is either open to everybody or to holders of a role; both at once hides which of the two was meant',
    fix: 'remove `public: true` or `roles`',
    explanation: 'A method that says `public: true` is called without a token. Roles beside it would have no effect.',
  },
  exposedAdmin: {
    code: 'KEA3012',
    severity: 'error',
    title: "Envoy's admin reachable from outside",
    why: 'the admin port shows the configuration and can end the process',
    fix: 'keep the admin on 127.0.0.1',
    explanation:
      "Envoy's admin interface has no access control. It listens on loopback inside the pod; metrics and status are the processor's.",
  },
  weakLogin: {
    code: 'KEA3013',
    severity: 'error',
    title: 'browser login that gives a session away',
    why: 'whoever gets at a session calls in the name of its owner',
    fix: 'leave the login to the platform, with https:// addresses',
    explanation:
      'The login stands on the documentation pages only. Its cookies are encrypted by AES-GCM, go to this host and these pages only, and become a bearer token that is checked like any other; after a login or a logout browsers come back to one fixed address; every address is https.',
  },
  unverifiedUpstream: {
    code: 'KEA3014',
    severity: 'error',
    title: 'TLS that does not prove who answers',
    why: 'without authorities and a name to compare, any certificate is taken',
    fix: 'name the authorities by the option `caFile`',
    explanation: 'Every TLS connection of the gateway checks the chain against a list of authorities and the name in the certificate.',
  },
});
