import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { startTestPlatform, type TestPlatform } from '../../support/local';

let kea: TestPlatform;
beforeAll(async () => (kea = await startTestPlatform({ watch: false })), 60_000);
afterAll(() => kea.stop(), 30_000);

/** A browser that keeps cookies and follows redirects, as far as login needs it. */
async function logIn(person: string): Promise<(path: string) => Promise<Response>> {
  const jar = new Map<string, string>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(set)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const next = answer.headers.get('location');
    return next === null ? answer : go(new URL(next, url).href);
  };
  const page = await go(`${kea.url}/docs`);
  const action = /action="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const landed = await go(new URL(action, kea.issuer).href, { method: 'POST', body: new URLSearchParams({ person }) });
  expect([landed.status, landed.url]).toEqual([200, `${kea.url}/docs`]);
  return (path) => go(`${kea.url}${path}`);
}

test('the pages need a login, and show each person what it may call', async () => {
  const anonymous = await fetch(`${kea.url}/docs`, { redirect: 'manual' });
  expect([anonymous.status, anonymous.headers.get('location')?.startsWith(`${kea.issuer}/auth?`)]).toEqual([302, true]);

  const sam = await logIn('sam');
  const index = await (await sam('/docs')).text();
  expect(index).toContain('/docs/models/student-grades/v1');
  expect(index).not.toContain('credit-score');
  expect((await sam('/docs/models/credit-score/v1')).status).toBe(404);
  expect((await sam('/docs/models/credit-score/v1/openapi.json')).status).toBe(404);
  const document = (await (await sam('/docs/models/student-grades/v1/openapi.json')).json()) as { paths: object };
  expect(Object.keys(document.paths)).toEqual(['/models/student-grades/v1/read']);
}, 30_000);

test('a script without a session gets 401 and no login page', async () => {
  const answer = await fetch(`${kea.url}/docs`, { redirect: 'manual', headers: { accept: 'application/json' } });
  expect(answer.status).toBe(401);
});

/** A Chromium of this machine, named by KEA_CHROMIUM or on PATH. */
function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const all = [process.env['KEA_CHROMIUM'] ?? '', ...folders.flatMap((folder) => names.map((name) => join(folder, name)))];
  return all.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return path !== '';
    } catch {
      return false;
    }
  });
}

const executablePath = findChromium();

// Needs a browser of the machine; the tests above prove login and pages without one.
if (executablePath !== undefined)
  describe('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => (browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })), 30_000);
    afterAll(() => browser.close());

    test('a person logs in, reads the reference, gets a token and tries a call', async () => {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${kea.url}/docs`);
      await page.getByRole('button', { name: /Ada/ }).click();
      await page.getByRole('link', { name: /credit-score/ }).click();
      await page.getByRole('heading', { name: 'Score one application.' }).waitFor({ timeout: 20_000 });
      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Authorize' }).click();
      await popup;
      await page.getByText('Access Token').first().waitFor({ timeout: 10_000 });
      await page
        .getByRole('button', { name: /Test Request/ })
        .first()
        .click();
      await page.getByRole('button', { name: /Send/ }).first().click();
      await page.getByText('0.8356').first().waitFor({ timeout: 10_000 });
      expect(complaints).toEqual([]);
    }, 90_000);
  });
