import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { request } from 'undici';
import { startTestPlatform, type TestPlatform } from '../../support/local';

let kea: TestPlatform;
beforeAll(async () => (kea = await startTestPlatform({ watch: false })), 60_000);
afterAll(() => kea.stop(), 30_000);

interface Page {
  readonly status: number;
  readonly url: string;
  readonly location: string | undefined;
  readonly text: string;
}

/** One request as a browser makes it when a person follows a link; Node's own fetch would say that a script asks. */
async function navigate(url: string, cookie = '', form?: URLSearchParams): Promise<Page & { readonly cookies: readonly string[] }> {
  const answer = await request(url, {
    method: form ? 'POST' : 'GET',
    headers: { cookie, accept: 'text/html', ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
    ...(form ? { body: form.toString() } : {}),
  });
  const { location, 'set-cookie': cookies = [] } = answer.headers;
  return {
    status: answer.statusCode,
    url,
    location: typeof location === 'string' ? location : undefined,
    text: await answer.body.text(),
    cookies: typeof cookies === 'string' ? [cookies] : cookies,
  };
}

/** Logs in as a browser does: keeps cookies, follows redirects. */
async function logIn(person: string): Promise<(path: string) => Promise<Page>> {
  const jar = new Map<string, string>();
  const go = async (url: string, form?: URLSearchParams): Promise<Page> => {
    const page = await navigate(url, [...jar].map(([name, value]) => `${name}=${value}`).join('; '), form);
    for (const set of page.cookies) {
      const [pair = ''] = set.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return page.location === undefined ? page : go(new URL(page.location, url).href);
  };
  const login = await go(`${kea.url}/docs`);
  const action = /action="([^"]+)"/.exec(login.text)?.[1] ?? '';
  const landed = await go(new URL(action, kea.issuer).href, new URLSearchParams({ person }));
  expect([landed.status, landed.url]).toEqual([200, `${kea.url}/docs`]);
  return (path) => go(`${kea.url}${path}`);
}

test('the pages need a login, and show each person what it may call', async () => {
  const anonymous = await navigate(`${kea.url}/docs`);
  expect([anonymous.status, anonymous.location?.startsWith(`${kea.issuer}/auth?`)]).toEqual([302, true]);

  const sam = await logIn('sam');
  const index = (await sam('/docs')).text;
  expect(index).toContain('/docs/models/student-grades/v1');
  expect(index).not.toContain('credit-score');
  expect((await sam('/docs/models/credit-score/v1')).status).toBe(404);
  expect((await sam('/docs/models/credit-score/v1/openapi.json')).status).toBe(404);
  const document = JSON.parse((await sam('/docs/models/student-grades/v1/openapi.json')).text) as { paths: object };
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
      await page.getByRole('heading', { name: 'Score one application.', exact: true }).waitFor({ timeout: 20_000 });
      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Authorize' }).click();
      await popup;
      await page.getByText('Access Token').first().waitFor({ timeout: 10_000 });
      await page
        .getByRole('button', { name: /Test Request/ })
        .first()
        .click();
      await page.getByRole('button', { name: /Send/ }).first().click();
      await page.getByText('200 OK').first().waitFor({ timeout: 10_000 });
      expect(complaints).toEqual([]);
    }, 90_000);
  });
