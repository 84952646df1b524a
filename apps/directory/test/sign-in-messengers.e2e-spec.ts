import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { campus, studentNumbers } from '#testing';
import { AppWithPeople } from './app-with-people.js';
import { Browser, CALLBACK, IssuerApp } from './issuer.js';
import { MessengerStand } from './messenger-stand.js';

const [STUDENT, NUMBER] = [campus.students[0] as string, studentNumbers[0] as string];
const SITES = {
  wecom: { page: 'https://login.work.weixin.qq.com/wwlogin/sso/login', code: 'code' },
  dingtalk: { page: 'https://login.dingtalk.com/oauth2/auth', code: 'authCode' },
};
type Site = keyof typeof SITES;

describe('signing in by 企业微信 and 钉钉', () => {
  let yizhan: IssuerApp;
  let stand: MessengerStand;
  let app: AppWithPeople;
  beforeAll(async () => {
    stand = await new MessengerStand().start();
    stand.numbers.set('member', NUMBER);
    stand.numbers.set('stranger', '1999000001');
    const secretFile = join(mkdtempSync(join(tmpdir(), 'yizhan-messengers-')), 'app.secret');
    writeFileSync(secretFile, 'app-secret\n');
    yizhan = await IssuerApp.create({
      demo: false,
      ...{ wecomCorpId: 'ww123', wecomAgentId: '1000002', wecomSecretFile: secretFile, wecomOrigin: stand.origin },
      wecomNumberAttribute: '学号',
      ...{ dingtalkClientId: 'ding123', dingtalkSecretFile: secretFile, dingtalkOrigin: stand.origin },
      dingtalkNumberField: 'job_number',
    });
    app = await AppWithPeople.register(yizhan, { signIn: () => Promise.reject(new Error('none')) }, 'none');
  }, 60_000);
  afterAll(async () => {
    await yizhan?.close();
    stand?.close();
  });

  let codes = 0;
  function codeOf(userid: string | undefined): string {
    const code = `code-${++codes}`;
    stand.codes.set(code, userid);
    return code;
  }

  /** From the app over the page of ways to the site's own; the address there. */
  async function toSite(site: Site, browser: Browser, parameters = {}) {
    const { url, redeem } = await app.begin(parameters);
    const ways = await browser.walk(url, CALLBACK);
    const link = /href="([^"]+)"/g;
    const href = [...ways.page.matchAll(link)].map(([, to]) => to!).find((to) => to.endsWith(`/to/${site}`));
    if (!href) return { ways, redeem, there: undefined };
    const there = await browser.walk(new URL(href, ways.url), SITES[site].page);
    return { ways, redeem, there: there.url };
  }

  /** The site sends the browser back with a code. */
  function back(site: Site, browser: Browser, there: URL, code: string) {
    const callback = new URL(there.searchParams.get('redirect_uri')!);
    callback.searchParams.set(SITES[site].code, code);
    callback.searchParams.set('state', there.searchParams.get('state')!);
    return browser.walk(callback, CALLBACK);
  }

  async function signIn(site: Site, code: string) {
    const browser = new Browser();
    const { there, redeem } = await toSite(site, browser);
    return { browser, redeem, there: there!, answer: await back(site, browser, there!, code) };
  }

  it('offers the ways that the school has, and no other', async () => {
    const { ways } = await toSite('wecom', new Browser());
    for (const text of ['企业微信登录', '钉钉登录', 'WeCom', 'DingTalk']) expect(ways.page).toContain(text);
    for (const text of ['统一身份认证', 'type="password"', 'name="code"']) expect(ways.page).not.toContain(text);
  });

  it.each(['wecom', 'dingtalk'] as const)('%s: signs in the member by their number, once for a code', async (site) => {
    const code = codeOf('member');
    const { browser, redeem, there, answer } = await signIn(site, code);
    expect(there.searchParams.get('redirect_uri')).toBe(`${yizhan.config.origin}/directory/sso/callback`);
    const to = answer.url.href.startsWith(CALLBACK) ? answer.url : await app.allow(browser, answer.url);
    expect(decodeJwt((await redeem(to)).access_token)).toMatchObject({ sub: STUDENT });
    expect((await signIn(site, code)).answer.status).toBe(403);
    expect((await back(site, browser, there, codeOf('member'))).status).toBe(400);
  });

  it.each(['wecom', 'dingtalk'] as const)('%s: lets in nobody else', async (site) => {
    const stranger = await signIn(site, codeOf('stranger'));
    expect(stranger.answer.page).toContain('the roster has nobody active with your number');
    const outsider = await signIn(site, codeOf(undefined));
    expect([outsider.answer.status, outsider.answer.page.includes('member of the school')]).toEqual([403, true]);
    expect((await signIn(site, 'made-up')).answer.status).toBe(403);
    expect((await signIn(site, '')).answer.status).toBe(403);
  });

  it.each(['wecom', 'dingtalk'] as const)('%s: takes a code in the browser that asked for it alone', async (site) => {
    const { there } = await toSite(site, new Browser());
    const other = new Browser();
    await toSite(site, other);
    expect((await back(site, other, there!, codeOf('member'))).status).toBe(400);
  });

  it.each(['wecom', 'dingtalk'] as const)(
    '%s: keeps the token of the app, and takes a new one when it ends',
    async (site) => {
      await signIn(site, codeOf('member'));
      const before = stand.tokens;
      await signIn(site, codeOf('member'));
      expect(stand.tokens).toBe(before);
      stand.endTokens();
      expect((await signIn(site, codeOf('member'))).answer.status).not.toBe(503);
      expect(stand.tokens).toBe(before + 1);
    },
  );

  it.each(['wecom', 'dingtalk'] as const)('%s: says so when it may not ask right now', async (site) => {
    stand.tooOften = true;
    const { answer } = await signIn(site, codeOf('member'));
    stand.tooOften = false;
    expect([answer.status, answer.page.includes('暂时无法访问')]).toEqual([503, true]);
  });

  it('asks anew where that can be done', async () => {
    const { url } = await app.begin({ prompt: 'login' });
    expect((await new Browser().walk(url, SITES.wecom.page)).url.href).toMatch(SITES.wecom.page);
  });
});
