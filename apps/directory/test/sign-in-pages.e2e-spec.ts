import { chromium, type Browser as Chromium, type Page } from 'playwright-core';
import { campus, studentNumbers } from '#testing';
import { firstAdmin } from '../../../tools/first-admin.js';
import { AppWithPeople, startWithCampus } from './app-with-people.js';
import { CALLBACK, IssuerApp } from './issuer.js';
import { decodeJwt } from 'jose';

const SCREENS = [
  { name: 'desk', width: 1280, height: 800 },
  { name: 'phone', width: 390, height: 844 },
];

let chromiumBrowser: Chromium;
beforeAll(async () => {
  chromiumBrowser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(() => chromiumBrowser?.close());

/** A page in a browser of its own; the app it comes back to is not there, so that its address is answered here. */
async function openPage(viewport: { width: number; height: number }): Promise<Page> {
  const page = await (await chromiumBrowser.newContext({ viewport })).newPage();
  page.setDefaultTimeout(30_000);
  await page.route(`${CALLBACK}**`, (route) => route.fulfill({ contentType: 'text/html', body: 'the app' }));
  return page;
}

async function look(page: Page, name: string): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(page.viewportSize()!.width);
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: `${folder}/${name}-${page.viewportSize()!.width}.png` });
}

describe.each(SCREENS)('signing in on a $name', ({ name: _name, ...viewport }) => {
  describe('over the campus', () => {
    let app: AppWithPeople;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      ({ app, stop } = await startWithCampus());
    });
    afterAll(() => stop?.());

    it('leads back to the app, once the person has allowed it', async () => {
      const page = await openPage(viewport);
      const { url, redeem } = await app.begin();
      await page.goto(url.href);
      await page.fill('input[name=login]', `uid-${studentNumbers[0]}`);
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
      await page.waitForSelector('h1:has-text("Let an app act for you")');
      await look(page, 'consent');
      await page.click('button:has-text("Allow"):not(:has-text("Do not"))');
      await page.waitForURL(`${CALLBACK}**`);
      const tokens = await redeem(new URL(page.url()));
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: campus.students[0] });

      await page.goto(app.configuration.serverMetadata().end_session_endpoint!);
      await look(page, 'sign-out');
      await page.click('button:has-text("Sign out")');
      await page.waitForSelector('h1:has-text("Signed out")');
      await look(page, 'signed-out');
    });

    it('signs the next person in, and the one before out, on a computer that several use', async () => {
      const page = await openPage(viewport);
      const signIn = async (number: string, parameters = {}) => {
        const { url, redeem } = await app.begin(parameters);
        await page.goto(url.href);
        await page.fill('input[name=login]', `uid-${number}`);
        await page.fill('input[name=password]', 'any');
        await page.click('button[type=submit]');
        await page.click('button[type=submit]');
        await page.click('button:has-text("Allow"):not(:has-text("Do not"))');
        await page.waitForURL(`${CALLBACK}**`);
        return redeem(new URL(page.url()));
      };
      const before = await signIn(studentNumbers[2] as string);
      const after = await signIn(studentNumbers[3] as string, { prompt: 'login' });
      expect(decodeJwt(after.access_token)).toMatchObject({ sub: campus.students[3] });
      await expect(app.renew(before)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(app.renew(after)).resolves.toBeDefined();
    });

    it('leads back to the app when the person has not', async () => {
      const page = await openPage(viewport);
      const { url } = await app.begin({ prompt: 'consent' });
      await page.goto(url.href);
      await page.fill('input[name=login]', `uid-${studentNumbers[1]}`);
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
      await page.click('button:has-text("Do not allow")');
      await page.waitForURL(`${CALLBACK}**`);
      expect(page.url()).toContain('error=access_denied');
    });
  });

  it('with a code, before the campus is connected', async () => {
    const yizhan = await IssuerApp.create({ demo: false });
    try {
      const app = await AppWithPeople.register(yizhan, { signIn: () => Promise.reject(new Error('none')) }, 'none');
      const page = await openPage(viewport);
      const { url, redeem } = await app.begin();
      await page.goto(url.href);
      await look(page, 'code');
      await page.fill('input[name=code]', (await firstAdmin(yizhan.config, 'T0004')).code);
      await page.click('button');
      await page.click('button:has-text("Allow"):not(:has-text("Do not"))');
      await page.waitForURL(`${CALLBACK}**`);
      const tokens = await redeem(new URL(page.url()));
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: campus.staff.schoolOfficer });

      const next = await app.begin({ prompt: 'login' });
      await page.goto(next.url.href);
      await page.fill('input[name=code]', (await firstAdmin(yizhan.config, 'T0001')).code);
      await page.click('button');
      await page.click('button:has-text("Allow"):not(:has-text("Do not"))');
      await page.waitForURL(`${CALLBACK}**`);
      const { sub } = decodeJwt((await next.redeem(new URL(page.url()))).access_token);
      expect(sub).not.toBe(campus.staff.schoolOfficer);
      await expect(app.renew(tokens)).rejects.toMatchObject({ error: 'invalid_grant' });
    } finally {
      await yizhan.close();
    }
  });
});
