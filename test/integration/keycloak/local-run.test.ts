import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { ensure } from '../../../scripts/parts/index.mjs';
import { startTestPlatform, type TestPlatform } from '../../support/local';
import { until } from '../../support/until';

/** `npm start -- --keycloak`, over a copy of the samples. */
let platform: TestPlatform;
let browser: Browser;

beforeAll(async () => {
  const executablePath = await ensure('chromium');
  platform = await startTestPlatform({ keycloak: true, startMs: 120_000 });
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await platform?.stop();
}, 60_000);

const APPLICATION = { income: 52_000, age: 41, amount: 9000 };

test('Keycloak’s tokens admit by their roles', async () => {
  expect(platform.issuer).toMatch(/\/realms\/kea$/);
  expect((await platform.call('credit-score/v1/score', APPLICATION)).status).toBe(200);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: 'batch' })).status).toBe(200);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: 'sam' })).status).toBe(403);
  expect((await platform.call('credit-score/v1/score', APPLICATION, { as: null })).status).toBe(401);
});

test('a role that a model file names is a role of the realm at once', async () => {
  const file = join(platform.root, 'models/iris/model.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n`);
  const grades = join(platform.root, 'models/education/student-grades/model.yaml');
  writeFileSync(grades, readFileSync(grades, 'utf8').replace(/roles: \[([^\]]*)\]/, 'roles: [$1, headmaster]'));
  await platform.reload();
  const roles = async (): Promise<readonly string[]> => {
    const [, payload = ''] = (await platform.token('ada')).split('.');
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { roles: readonly string[] }).roles;
  };
  await until(async () => (await roles()).includes('headmaster'), 30_000);
}, 60_000);

test('somebody logs in to the pages with a password, and out of Keycloak as well', async () => {
  const page = await browser.newPage();
  await page.goto(`${platform.url}/docs`);
  expect(page.url()).toContain('/realms/kea/');
  await page.fill('#username', 'ada');
  await page.fill('#password', 'kea-local-run');
  await page.click('#kc-login');
  await page.waitForURL(`${platform.url}/docs`);
  expect(await page.textContent('body')).toContain('credit-score');
  await page.goto(`${platform.url}/docs/logout`);
  await page.goto(`${platform.url}/docs`);
  // Not back in without a word: the session at the provider has ended too.
  expect(await page.isVisible('#password')).toBe(true);
  await page.close();
}, 90_000);
