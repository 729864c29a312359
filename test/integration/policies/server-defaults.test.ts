// The linter's list of fields that the API server fills in is what a real one fills in.
import { serverDefaults } from '../../../policies/generated/server-defaults';
import { sentDefaults, statedDefaults } from '../../../scripts/lib/server-defaults.mjs';
import { type ControlPlane, startControlPlane } from '../../support/control-plane';

/** Volumes that no plan has and `pod.volume-types` refuses: no object is sent with them. */
const REFUSED = /^\$pod\.spec\.volumes\[\]\.(azureDisk|iscsi|rbd|scaleIO)\./;

let plane: ControlPlane;
beforeAll(async () => void (plane = await startControlPlane()), 120_000);
afterAll(() => plane?.stop(), 30_000);

test('objects that say as little as they may come back as the generated list says', async () => {
  expect(await sentDefaults(plane.call)).toEqual(serverDefaults);
}, 60_000);

test('every default that the OpenAPI of the server states is in the list', async () => {
  const stated = (await statedDefaults(plane.call)).filter(({ path }) => !REFUSED.test(path));
  expect(stated.length).toBeGreaterThan(0);
  const listed = stated.map(({ path, value }) => serverDefaults.some((each) => each.path === path && each.value === value));
  expect(stated.filter((_, index) => !listed[index])).toEqual([]);
}, 60_000);
