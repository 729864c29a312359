/** Where the one services image holds its compiled programs, and who runs them: the plan's commands and the image's build agree on it here. */
export const SERVICES_ROOT = '/kea';

/** Programs of the services image, by folder under `services/`. */
export type ServiceProgram =
  | 'processor'
  | 'model-server'
  | 'artifact-fetch'
  | 'example-check'
  | 'portal'
  | 'audit'
  | 'mirror'
  | 'sso-sync'
  | 'gateway-applied'
  | 'isolation-check';

/** `command` of a container that runs one program of the services image. */
export function programCommand(program: ServiceProgram): string[] {
  return ['node', `${SERVICES_ROOT}/dist/services/${program}/main.js`];
}

/** User and group of every container that KEA builds, unprivileged and far above the host's own. */
export const SERVICES_USER = 65532;
