import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { qrOf } from './poppler.js';

/** The page in a real browser (Debian's chromium; another: CHROMIUM). */
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const PATH = '/affairs/v1/certificates';

describe('the page that verifies a certificate', () => {
  let test: TestApp;
  let browser: Browser;
  let student: Client;
  let folder: string;
  let pdf: Buffer;
  let code: string;
  let certificate: { id: string; number: string; file: { id: string } };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yizhan-page-'));
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: FLAGS });
    test = await TestApp.create([affairs]);
    student = await test.person(campus.students[0]!);
    certificate = (await student.post(PATH, { kind: 'enrolment', language: 'zh' }).expect(201)).body;
    const file = student.get(`/affairs/v1/files/${certificate.file.id}/content`).responseType('blob');
    pdf = (await file.expect(200)).body as Buffer;
    code = new URL((await qrOf(pdf))!).hash.slice(1);
  });
  afterAll(async () => {
    await browser?.close();
    await test?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(path: string, options: object = {}): Promise<Page & { asked: string[]; troubles: string[] }> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 390, height: 844 }, ...options });
    const page = await context.newPage();
    const [asked, troubles]: string[][] = [[], []];
    page.on('request', (request) => asked!.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && troubles!.push(message.text()));
    page.on('pageerror', (error) => troubles!.push(error.message));
    await page.goto(test.url + path);
    return Object.assign(page, { asked: asked!, troubles: troubles! });
  }
  const shot = async (page: Page, name: string): Promise<void> => {
    const path = process.env['CERTIFICATES_DIR'];
    if (path) await page.screenshot({ path: join(path, `${name}.png`), fullPage: true });
  };
  const file = async (name: string, content: Buffer): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };

  it('reads the code out of the address of the QR, which no server sees, and checks a file on the device', async () => {
    const page = await open(`/certificates#${code}`);
    await page.waitForSelector('.verdict.valid');
    expect(await page.textContent('main')).toContain(certificate.number);
    expect(await page.textContent('table')).toContain('学生1');
    expect(await page.textContent('.verdict')).toContain('Compare each line');
    expect(new URL(page.url()).hash).toBe('');
    for (const url of page.asked) expect(url).not.toContain(code);
    await page.setInputFiles('input[type=file]', await file('same.pdf', pdf));
    await page.waitForSelector('[data-when=same]:visible');
    const changed = Buffer.from(pdf);
    changed[500]! ^= 1;
    const before = page.asked.length;
    await page.setInputFiles('input[type=file]', await file('changed.pdf', changed));
    await page.waitForSelector('[data-when=changed]:visible');
    expect(await page.isVisible('[data-when=same]')).toBe(false);
    expect(page.asked).toHaveLength(before);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(page.troubles).toEqual([]);
    await shot(page, 'page-en');
    await page.context().close();
  });

  it('works without scripts, in Chinese and English, and says what is wrong', async () => {
    const page = await open('/certificates', { javaScriptEnabled: false, locale: 'zh-CN' });
    expect(await page.getAttribute('html', 'lang')).toBe('zh');
    await page.fill('input[name=code]', code.toLowerCase());
    await page.click('main button');
    expect(await page.textContent('.verdict')).toContain('有效');
    expect(await page.isVisible('.drop')).toBe(false);
    await page.click('a.language');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.fill('input[name=code]', 'wrong');
    await page.click('main button');
    expect(await page.textContent('[role=alert]')).toBe('No certificate has this verification code');
    await page.context().close();
  });

  it('shows at once that a certificate was revoked', async () => {
    const officer = await test.person(campus.staff.collegeOfficerCs);
    const revoke = officer.post(`${PATH}/${certificate.id}/revoke`, { reason: '登记有误' });
    await revoke.set('If-Match', '"1"').expect(200);
    const page = await open(`/certificates?lang=zh#${code}`);
    await page.waitForSelector('h2 + .verdict.revoked');
    const text = await page.textContent('main');
    expect(text).toContain('已撤销');
    // Why is nobody else's business.
    expect(text).not.toContain('登记有误');
    await shot(page, 'page-zh');
    await page.context().close();
  });
});
