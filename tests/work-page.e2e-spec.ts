import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DateTime } from 'luxon';
import { type Browser, chromium, type Page } from 'playwright-core';
import { seedDemoLogin } from '../apps/directory/src/login/demo.js';
import { services } from '../apps/campus/src/services.js';
import { campus, drainEvents, TestApp } from '#testing';
import { Vault } from '#vault';

/** The work page in a real browser (Debian's chromium; another: CHROMIUM): an item from its form to its decision, by nothing but the API. */
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const PHONE = { locale: 'zh-CN', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const DESK = { locale: 'en-GB', viewport: { width: 1280, height: 800 } };

let test: TestApp;
let browser: Browser;
const troubles: string[] = [];
beforeAll(async () => {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  test = await TestApp.create(services, { port, baseUrl, jwksUrl: `${baseUrl}/directory/oauth/jwks`, demo: true });
  const personas = [
    { name: 'student', personId: campus.students[0]!, zh: '学生', en: 'Student' },
    { name: 'counselor', personId: campus.staff.counselorCs, zh: '辅导员', en: 'Counselor' },
  ];
  await test.database.transaction(null, (tx) => seedDemoLogin(tx, test.app.get(Vault), personas));
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function signedIn(persona: string, options: object): Promise<Page> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== test.config.origin) troubles.push(`asked ${url.href}`);
  });
  await page.goto(`${test.config.origin}/`);
  await page.click('#sign-in');
  await page.click(`main a[href$="/as/${persona}"]`);
  await page.waitForSelector('nav.work');
  await page.waitForSelector('main h1');
  return page;
}
const shot = async (page: Page, name: string): Promise<void> => {
  const folder = process.env['WORK_PAGE_DIR'];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};
const fits = async (page: Page): Promise<void> => {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
};

it('takes a student from an item found by its initials to its submission, and a counselor to the decision', async () => {
  const student = await signedIn('student', PHONE);
  expect(new URL(student.url()).search).not.toContain('code=');
  await student.click('nav.work a[href="#/items"]');
  await student.fill('#q', 'ts');
  await shot(student, 'items-zh-phone');
  await fits(student);
  await student.click('main .rows a:has-text("调宿")');
  await student.click('#begin');
  await student.waitForSelector('#field-kind');
  // Conditional parts: who moves with whom is asked for of a group alone.
  const must = student.locator('.field:has(#field-members) .must');
  expect(await must.textContent()).toBe('');
  await student.selectOption('#field-kind', 'group');
  expect(await must.textContent()).toContain('必填');
  await student.selectOption('#field-kind', 'single');
  await student.click('#submit');
  await student.waitForSelector('#field-reason[aria-invalid]');
  expect(await student.isVisible('#field-reason-error')).toBe(true);
  await shot(student, 'form-zh-phone');
  await fits(student);
  await student.selectOption('#field-reason', 'study');
  await student.fill('#field-explanation', '离图书馆近些');
  await student.click('#submit');
  await student.waitForSelector('#said.good');
  await drainEvents(test);

  const counselor = await signedIn('counselor', DESK);
  await shot(counselor, 'tasks-en-desk');
  await counselor.click('main .rows a:has-text("Change of room")');
  await counselor.click('[data-action="reject"]');
  await counselor.waitForSelector('.actions-of .error:has-text("required")');
  expect(await counselor.locator('fieldset label').allTextContents()).toContain('Reason');
  await shot(counselor, 'application-en-desk');
  await counselor.click('[data-action="approve"]');
  await counselor.waitForSelector('#said.good');
  expect(await counselor.locator('[data-action="approve"]').count()).toBe(0);

  await student.reload();
  await student.waitForSelector('main ol li:has-text("辅导员：已同意")');
  await shot(student, 'application-zh-phone');
  await fits(student);
  expect(troubles).toEqual([]);
}, 60_000);

it('takes a student from a new leave to its decision, and to a certificate as PDF', async () => {
  const student = await signedIn('student', PHONE);
  await student.click('nav.work a[href="#/mine"]');
  await student.click('main a[href="#/leaves/new"]');
  await student.click('#submit');
  await student.waitForSelector('#field-startsAt[aria-invalid]');
  expect(await student.isVisible('#field-endsAt-error')).toBe(true);
  // The browser speaks of the answer to what was not filled in.
  expect(troubles.splice(0)).toEqual([expect.stringContaining('status of 400')]);
  const at = (days: number): string =>
    DateTime.fromJSDate(test.clock.now(), { zone: test.clock.timeZone }).plus({ days }).toFormat("yyyy-MM-dd'T'08:00");
  await student.selectOption('#field-kind', 'personal');
  await student.fill('#field-startsAt', at(6));
  await student.fill('#field-endsAt', at(7));
  await student.fill('#field-reason', '回家探望祖父');
  await student.fill('#field-destination', '陕西省宝鸡市');
  await student.click('#check');
  await student.waitForSelector('.verdict.valid:has-text("将由以下人员审批")');
  await shot(student, 'leave-zh-phone');
  await fits(student);
  await student.click('#submit');
  await student.waitForSelector('dl.facts:has-text("回家探望祖父")');
  await drainEvents(test);

  const counselor = await signedIn('counselor', DESK);
  // Who goes through it key by key begins behind what stands on every page.
  expect(await counselor.evaluate('document.activeElement.tagName')).toBe('H1');
  await counselor.click('.filters button:has-text("Applications")');
  await counselor.waitForSelector('.filters button[aria-pressed="true"]:has-text("Applications")');
  expect(await counselor.locator('main .rows a:has-text("Leave")').count()).toBe(0);
  await counselor.click('.filters button:has-text("Leaves")');
  await counselor.click('main .rows a[href^="#/leaves/"]');
  await counselor.click('[data-action="approve"]');
  await counselor.waitForSelector('#said.good');

  await student.click('nav.work a[href="#/certificates"]');
  await student.click('[data-issue="enrolment-zh"]');
  const [download] = await Promise.all([student.waitForEvent('download'), student.click('button.pdf')]);
  expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-');
  await shot(student, 'certificates-zh-phone');
  await fits(student);
  expect(troubles).toEqual([]);
}, 60_000);
