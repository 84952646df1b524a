import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import type { Config } from '#config';
import { campus, studentNumbers } from '#testing';
import { AppWithPeople } from './app-with-people.js';
import { DingtalkSso } from '../src/login/sso/dingtalk-sso.js';
import { WecomSso } from '../src/login/sso/wecom-sso.js';
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

  const no = (errcode: number) => ({ body: { errcode, errmsg: 'no', access_token: 'x', userid: 'member' } });
  const ok = (result: object) => ({ body: { errcode: 0, errmsg: 'ok', ...result } });
  const attributes = (...values: (string | undefined)[]) =>
    ok({ extattr: { attrs: values.map((value) => ({ type: 0, name: '学号', text: { value } })) } });
  const [INFO, MEMBER] = ['/cgi-bin/auth/getuserinfo', '/cgi-bin/user/get'];
  const [OWN_TOKEN, ME] = ['/v1.0/oauth2/userAccessToken', '/v1.0/contact/users/me'];
  const [BY_UNION, STAFF] = ['/topapi/user/getbyunionid', '/topapi/v2/user/get'];
  type Case = [Site, string, string, Parameters<MessengerStand['says']['set']>[1]];

  it.each<Case>([
    ['wecom', 'a code that is wrong', INFO, no(40029)],
    ['wecom', 'a code that was used', INFO, no(40163)],
    ['wecom', 'a code that is too old', INFO, no(42003)],
    ['wecom', 'a contact outside', INFO, ok({ openid: 'o1', external_userid: 'wm1' })],
    ['wecom', 'nobody', INFO, ok({})],
    ['wecom', 'an empty userid', INFO, ok({ userid: '' })],
    ['wecom', 'a member who is gone', MEMBER, no(60111)],
    ['wecom', 'a member whom the app is not for', MEMBER, no(60011)],
    ['wecom', 'a member without attributes', MEMBER, ok({})],
    ['wecom', 'a blank number', MEMBER, attributes(' ')],
    ['wecom', 'an attribute without a text', MEMBER, attributes(undefined)],
    ['wecom', 'two numbers', MEMBER, attributes(NUMBER, NUMBER)],
    [
      'dingtalk',
      'a code that is wrong',
      OWN_TOKEN,
      { status: 400, body: { code: 'invalidParameter.authCode.notFound' } },
    ],
    ['dingtalk', 'no token of the person', OWN_TOKEN, { body: {} }],
    ['dingtalk', 'no unionId', ME, { body: { nick: 'x' } }],
    ['dingtalk', 'somebody of another corporation', BY_UNION, no(60121)],
    ['dingtalk', 'an unknown userid', BY_UNION, no(33012)],
    ['dingtalk', 'a contact outside', BY_UNION, ok({ result: { contact_type: 1, userid: 'member' } })],
    ['dingtalk', 'no userid', BY_UNION, ok({ result: { contact_type: 0 } })],
    ['dingtalk', 'no result', BY_UNION, ok({})],
    ['dingtalk', 'a member without a number', STAFF, ok({ result: { userid: 'member' } })],
    ['dingtalk', 'a blank number', STAFF, ok({ result: { job_number: ' ' } })],
  ])('%s: lets nobody in for %s', async (site, _, path, answer) => {
    stand.says.set(path, answer);
    const refused = (await signIn(site, codeOf('member'))).answer;
    stand.says.clear();
    expect([refused.status, refused.page.includes('member of the school')]).toEqual([403, true]);
    // It was this answer alone.
    expect((await signIn(site, codeOf('member'))).answer.status).not.toBe(403);
  });

  it.each<Case>([
    ['wecom', 'is asked too often', INFO, no(45009)],
    ['wecom', 'is busy', INFO, no(-1)],
    ['wecom', 'does not trust the address', INFO, no(60020)],
    ['wecom', 'gives no right to see members', MEMBER, no(48002)],
    ['wecom', 'says of every token that it has ended', INFO, no(42001)],
    ['wecom', 'says no number of an error', INFO, { body: [] }],
    ['wecom', 'answers no JSON', INFO, { body: '<html>' }],
    ['wecom', 'answers no object', INFO, { body: 'null' }],
    [
      'wecom',
      'answers without end',
      INFO,
      { body: JSON.stringify({ errcode: 0, userid: 'member', x: 'x'.repeat(70_000) }) },
    ],
    ['wecom', 'fails', INFO, { ...ok({ userid: 'member' }), status: 502 }],
    ['wecom', 'sends elsewhere', INFO, { status: 302, body: {} }],
    [
      'dingtalk',
      'is asked too often',
      OWN_TOKEN,
      { status: 403, body: { code: 'Forbidden.AccessDenied.QpsLimitForApi' } },
    ],
    ['dingtalk', 'does not take the secret', OWN_TOKEN, { status: 400, body: { code: 'invalidClientIdOrSecret' } }],
    [
      'dingtalk',
      'lets the app see nobody',
      ME,
      { status: 403, body: { code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied' } },
    ],
    ['dingtalk', 'is asked too fast', BY_UNION, no(90018)],
    ['dingtalk', 'lets the app see no members', STAFF, no(60011)],
    ['dingtalk', 'says of every token that it has ended', BY_UNION, no(40014)],
    ['dingtalk', 'answers no JSON', ME, { body: 'x' }],
  ])('%s: says to come back later where it %s', async (site, _, path, answer) => {
    stand.says.set(path, answer);
    const { status, page } = (await signIn(site, codeOf('member'))).answer;
    stand.says.clear();
    expect([status, page.includes('暂时无法访问')]).toEqual([503, true]);
    expect((await signIn(site, codeOf('member'))).answer.status).toBeLessThan(400);
  });

  it.each<[Site, string]>([
    ['wecom', '/cgi-bin/gettoken'],
    ['dingtalk', '/gettoken'],
  ])('%s: keeps no token that it did not get', async (site, path) => {
    for (const answer of [no(40001), no(40013), ok({}), { status: 500, body: {} }]) {
      stand.endTokens();
      stand.says.set(path, answer);
      expect((await signIn(site, codeOf('member'))).answer.status).toBe(503);
      stand.says.clear();
      expect((await signIn(site, codeOf('member'))).answer.status).not.toBe(503);
    }
  });

  it.each<[Site, number]>([
    ['wecom', 40001],
    ['wecom', 40014],
    ['wecom', 42001],
    ['dingtalk', 40001],
    ['dingtalk', 40014],
    ['dingtalk', 42001],
  ])('%s: takes one new token for all whose old one has ended (%s)', async (site, errcode) => {
    await signIn(site, codeOf('member'));
    const there = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const browser = new Browser();
        return { browser, url: (await toSite(site, browser)).there! };
      }),
    );
    const before = stand.tokens;
    stand.ended = errcode;
    stand.endTokens();
    const answers = await Promise.all(there.map(({ browser, url }) => back(site, browser, url, codeOf('member'))));
    stand.ended = undefined;
    expect(answers.map(({ status }) => status < 400)).toEqual(there.map(() => true));
    expect(stand.tokens).toBe(before + 1);
  });

  it.each(['wecom', 'dingtalk'] as const)('%s: takes no code without the state it was asked for with', async (site) => {
    const browser = new Browser();
    const { there } = await toSite(site, browser);
    const state = there!.searchParams.get('state')!;
    const code = codeOf('member');
    const callback = there!.searchParams.get('redirect_uri')!;
    for (const said of ['', 'state=', 'state=made-up', `state=${state}x`, `state=${state}&state=${state}`]) {
      const answer = await browser.walk(new URL(`${callback}?${SITES[site].code}=${code}&${said}`), CALLBACK);
      expect([said, answer.status]).toEqual([said, 400]);
    }
    // Nobody asked for the person meanwhile: the code is good still.
    expect((await back(site, browser, there!, code)).status).toBeLessThan(400);
    // What one site has sent somebody back with is no answer of the other.
    const other = site === 'wecom' ? 'dingtalk' : 'wecom';
    const mixed = await toSite(site, new Browser());
    const url = new URL(`${callback}?${SITES[other].code}=${codeOf('member')}`);
    url.searchParams.set('state', mixed.there!.searchParams.get('state')!);
    expect((await new Browser().walk(url, CALLBACK)).status).toBe(400);
  });

  describe('where the sites are', () => {
    const configured = (settings: object): Config => Object.assign(Object.create(yizhan.config) as Config, settings);
    const asked = { anew: false, twoFactors: false, maxAge: undefined, userAgent: 'Mozilla/5.0' };
    /** Which addresses are asked for somebody with a code, until one does not answer as it should. */
    async function addresses(site: WecomSso | DingtalkSso, query: string, ...answers: object[]): Promise<string[]> {
      const [network, urls] = [globalThis.fetch, [] as string[]];
      globalThis.fetch = (url) => {
        const { origin, pathname } = url as URL;
        urls.push(origin + pathname);
        const answer = answers.shift();
        return answer ? Promise.resolve(Response.json(answer)) : Promise.reject(new TypeError('no network'));
      };
      try {
        await expect(site.finish({ state: 's', anew: false }, new URLSearchParams(query))).rejects.toMatchObject({
          message: expect.stringContaining('messenger-unavailable') as string,
        });
      } finally {
        globalThis.fetch = network;
      }
      return urls;
    }
    const token = { errcode: 0, access_token: 't', expires_in: 7_200 };

    it('are the public ones by default, and those of the school where it says so', async () => {
      const [wecom, dingtalk] = [{ wecomOrigin: undefined }, { dingtalkOrigin: undefined }];
      const info = { errcode: 0, userid: 'member' };
      const apis = 'https://qyapi.weixin.qq.com/cgi-bin';
      expect(await addresses(new WecomSso(configured(wecom)), 'code=c', token, info)).toEqual(
        ['gettoken', 'auth/getuserinfo', 'user/get'].map((path) => `${apis}/${path}`),
      );
      const results = [
        { accessToken: 'p' },
        { unionId: 'u' },
        token,
        { errcode: 0, result: { contact_type: 0, userid: 'm' } },
      ];
      const paths = [OWN_TOKEN, ME, '/gettoken', BY_UNION, STAFF];
      expect(await addresses(new DingtalkSso(configured(dingtalk)), 'authCode=c', ...results)).toEqual(
        paths.map((path) => `https://${path.startsWith('/v1.0') ? 'api' : 'oapi'}.dingtalk.com${path}`),
      );
      const own = { dingtalkOrigin: 'https://ding.example.edu.cn' };
      expect(await addresses(new DingtalkSso(configured(own)), 'authCode=c', ...results)).toEqual(
        paths.map((path) => `https://ding.example.edu.cn${path}`),
      );
      const wecomOwn = { wecomOrigin: 'https://wecom.example.edu.cn' };
      expect(await addresses(new WecomSso(configured(wecomOwn)), 'code=c')).toEqual([
        'https://wecom.example.edu.cn/cgi-bin/gettoken',
      ]);
    });

    it('a person is sent to the page that fits their browser', async () => {
      const wecom = new WecomSso(configured({}));
      const at = async (userAgent: string, anew = false) => (await wecom.begin('s', { ...asked, anew, userAgent })).url;
      const scanned = await at('Mozilla/5.0 Chrome/130');
      expect(Object.fromEntries(scanned.searchParams)).toEqual({
        ...{ login_type: 'CorpApp', appid: 'ww123', agentid: '1000002', state: 's' },
        redirect_uri: `${yizhan.config.origin}/directory/sso/callback`,
      });
      const inside = await at('Mozilla/5.0 wxwork/4.1.6 MicroMessenger/7.0.1');
      expect(inside.href).toMatch(/^https:\/\/open\.weixin\.qq\.com\/connect\/oauth2\/authorize\?.*#wechat_redirect$/);
      expect(Object.fromEntries(inside.searchParams)).toMatchObject({ response_type: 'code', scope: 'snsapi_base' });
      // 微信 itself is not 企业微信; and inside nobody could be asked anew.
      expect((await at('MicroMessenger/7.0.1')).host).toBe(scanned.host);
      expect((await at('wxwork/4.1.6', true)).host).toBe(scanned.host);
      const dingtalk = (await new DingtalkSso(configured({})).begin('s', asked)).url;
      expect(Object.fromEntries(dingtalk.searchParams)).toEqual({
        ...{ response_type: 'code', client_id: 'ding123', scope: 'openid', state: 's', prompt: 'consent' },
        redirect_uri: `${yizhan.config.origin}/directory/sso/callback`,
      });
    });

    it('no address without TLS is taken but on this machine, nor an app without its secret', () => {
      const empty = join(mkdtempSync(join(tmpdir(), 'yizhan-messengers-')), 'empty.secret');
      writeFileSync(empty, ' \n');
      const wecom = (settings: object) => () => new WecomSso(configured(settings));
      const dingtalk = (settings: object) => () => new DingtalkSso(configured(settings));
      expect(wecom({ wecomOrigin: 'http://wecom.example.edu.cn' })).toThrow('WECOM_ORIGIN must be an https address');
      expect(wecom({ wecomAgentId: undefined })).toThrow('WECOM_AGENT_ID');
      expect(wecom({ wecomSecretFile: undefined })).toThrow('WECOM_SECRET_FILE');
      expect(wecom({ wecomSecretFile: empty })).toThrow('WECOM_SECRET_FILE is empty');
      expect(dingtalk({ dingtalkOrigin: 'http://10.0.0.1' })).toThrow('DINGTALK_ORIGIN must be an https address');
      expect(dingtalk({ dingtalkSecretFile: undefined })).toThrow('DINGTALK_SECRET_FILE');
      expect(dingtalk({ dingtalkSecretFile: empty })).toThrow('DINGTALK_SECRET_FILE is empty');
    });

    it('the number is what the school says it is', async () => {
      const finish = (site: WecomSso | DingtalkSso) =>
        site.finish(
          { state: 's', anew: false },
          new URLSearchParams({ code: codeOf('member'), authCode: codeOf('member') }),
        );
      expect((await finish(new WecomSso(configured({ wecomNumberAttribute: undefined })))).number).toBe('member');
      const dingtalk = (dingtalkNumberField: string) => new DingtalkSso(configured({ dingtalkNumberField }));
      expect((await finish(dingtalk('userid'))).number).toBe('member');
      stand.says.set(
        STAFF,
        ok({ result: { job_number: 'x', extension: JSON.stringify({ 学号: ' 2024 ', 年级: 2024 }) } }),
      );
      expect((await finish(dingtalk('学号'))).number).toBe('2024');
      const refused = { message: expect.stringContaining('messenger-refused') as string };
      await expect(finish(dingtalk('年级'))).rejects.toMatchObject(refused);
      await expect(finish(dingtalk('工号'))).rejects.toMatchObject(refused);
      stand.says.set(STAFF, ok({ result: { extension: 'no JSON' } }));
      await expect(finish(dingtalk('学号'))).rejects.toMatchObject(refused);
      stand.says.clear();
    });
  });
});
