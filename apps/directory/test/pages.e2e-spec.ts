import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { getToken } from '../../../tools/token.js';
import { IssuerApp } from './issuer.js';

/** The pages in a real browser (Debian's chromium; another: CHROMIUM), at the width of a desk and of a phone. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SCREENS = [
  { name: 'desk', locale: 'en-GB', viewport: { width: 1280, height: 800 }, phone: false },
  { name: 'phone', locale: 'zh-CN', viewport: { width: 390, height: 844 }, phone: true },
];

let issuer: IssuerApp;
let browser: Browser;
beforeAll(async () => {
  issuer = await IssuerApp.create();
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });
});
afterAll(async () => {
  await browser?.close();
  await issuer?.close();
});

describe.each(SCREENS)('pages on a $name', ({ locale, viewport, phone }) => {
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];
  beforeEach(async () => {
    troubles = [];
    context = await browser.newContext({ locale, viewport, isMobile: phone, hasTouch: phone });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== issuer.config.origin && url.protocol.startsWith('http')) troubles.push(`asked ${url.href}`);
    });
  });
  afterEach(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });

  const open = async (path: string): Promise<void> => {
    expect((await page.goto(issuer.config.origin + path))?.status()).toBe(200);
  };
  const expectNoSidewaysScroll = async (): Promise<void> => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
  };
  const openOperation = async (tag: string, id: string): Promise<void> => {
    await page.click(`.opblock-tag[data-tag="${tag}"]`);
    await page.click(`#operations-${tag}-${id} .opblock-summary-control`);
    await page.waitForSelector(`#operations-${tag}-${id} .responses-inner`);
  };
  /** Calls `GET /directory/v1/clients` with "Try it out" and returns the status. */
  const listClients = async (): Promise<string> => {
    const operation = page.locator('#operations-clients-listClients');
    await openOperation('clients', 'listClients');
    await operation.locator('.try-out__btn').click();
    await operation.locator('.execute').click();
    const status = await operation.locator('.live-responses-table .response .response-col_status').textContent();
    return status!.trim().slice(0, 3);
  };

  it('says at / what this is, that the data is synthetic, and where to go on, in two languages', async () => {
    await open('/');
    await expectNoSidewaysScroll();
    const [mine, other] = phone ? ['合成', 'synthetic'] : ['synthetic', '合成'];
    expect(await page.textContent('main')).toContain(mine);
    await page.click('header .language');
    expect(await page.textContent('main')).toContain(other);
    expect(await page.getAttribute('html', 'lang')).toBe(phone ? 'en' : 'zh');
    await page.click('main .actions a[href^="/docs/first-app"]');
    expect(await page.textContent('h1')).toBe(phone ? 'Your first app' : '第一个应用');
    await expectNoSidewaysScroll();
  });

  it('shows an operation on one screen, its problems folded', async () => {
    await open('/docs');
    await openOperation('clients', 'listClients');
    const operation = page.locator('#operations-clients-listClients');
    expect((await operation.boundingBox())!.height).toBeLessThanOrEqual(viewport.height);
    await expectNoSidewaysScroll();
    const problems = operation.locator('details.problems-folded');
    expect(await problems.getAttribute('open')).toBeNull();
    await problems.locator('summary').click();
    expect(await problems.locator('li').allTextContents()).toContainEqual(expect.stringMatching(/^403 ./));
  });

  it('lets somebody sign in (authorization code with PKCE) and call', async () => {
    await open('/docs?signin');
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.click('.modal-ux .auth-container:has(.scopes) .modal-btn.authorize'),
    ]);
    await Promise.all([popup.waitForEvent('close'), popup.click('main li a')]);
    await page.waitForSelector('.modal-ux .auth-container h6:has-text("Authorized")');
    await page.click('.modal-ux .btn-done >> nth=0');
    // Known, as a person who may not see clients; without a token it would be 401.
    expect(await listClients()).toBe('403');
    expect(troubles.splice(0)).toEqual([expect.stringContaining('403')]);
  });

  it('takes a pasted token', async () => {
    const token = await getToken({ url: issuer.config.origin, as: 'app' });
    await open('/docs?signin');
    await page.fill('.modal-ux #auth-bearer-value', token);
    await page.click('.modal-ux .auth-container:has(#auth-bearer-value) .modal-btn.authorize');
    await page.click('.modal-ux .btn-done >> nth=0');
    expect(await listClients()).toBe('200');
  });
});
