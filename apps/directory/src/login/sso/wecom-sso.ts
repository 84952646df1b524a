import type { Config } from '#config';
import { MessengerRefused } from '../login.problems.js';
import { type Asked, assertSecure, callbackOf, type CampusSignIn, type CampusSso, type Pending } from './campus-sso.js';
import { AppToken, ask, secretOf, unavailable } from './messenger.js';

const API = 'https://qyapi.weixin.qq.com';
/** 网页授权, for who is in 企业微信 already. */
const INSIDE = 'https://open.weixin.qq.com/connect/oauth2/authorize';
/** 企业微信登录, by a code that is scanned. */
const SCANNED = 'https://login.work.weixin.qq.com/wwlogin/sso/login';
/** The code is wrong, used or too old; the person is not of the corporation, or not one whom the app is for. */
const REFUSED = new Set([40029, 40163, 42003, 46004, 60111, 60011, 60102]);

interface Answer {
  errcode: number;
  access_token?: string;
  expires_in?: number;
  userid?: string;
  extattr?: { attrs?: { type: number; name: string; text?: { value?: string } }[] };
}

/**
 * 企业微信, 自建应用: OAuth2 with a code that auth/getuserinfo takes once, within five minutes. It gives no PKCE; the state is bound to
 * the browser's sign-in. Who is no member has no `userid` there.
 */
export class WecomSso implements CampusSso {
  /** On the page where a code is scanned nobody stays signed in. */
  readonly asksAnew = true;
  private readonly corpId: string;
  private readonly agentId: string;
  private readonly origin: string;
  private readonly token: AppToken;

  constructor(private readonly config: Config) {
    const { wecomCorpId = '', wecomAgentId, wecomSecretFile, wecomOrigin = API } = config;
    if (!wecomAgentId || !wecomSecretFile)
      throw new Error('WECOM_AGENT_ID and WECOM_SECRET_FILE go with WECOM_CORP_ID: which app signs people in?');
    assertSecure('WECOM_ORIGIN', wecomOrigin);
    [this.corpId, this.agentId, this.origin] = [wecomCorpId, wecomAgentId, wecomOrigin];
    const secret = secretOf('WECOM_SECRET_FILE', wecomSecretFile);
    this.token = new AppToken(async () => {
      const {
        errcode,
        access_token,
        expires_in = 7_200,
      } = await this.get('/cgi-bin/gettoken', {
        ...{ corpid: wecomCorpId, corpsecret: secret },
      });
      if (errcode !== 0 || !access_token) throw unavailable(`WeCom gettoken ${errcode}`);
      return { value: access_token, seconds: expires_in };
    });
  }

  async begin(state: string, { anew, userAgent }: Asked): Promise<{ url: URL; pending: Pending }> {
    const inside = /\bwxwork\//i.test(userAgent) && !anew;
    const url = new URL(inside ? INSIDE : SCANNED);
    const parameters = inside
      ? { appid: this.corpId, redirect_uri: callbackOf(this.config), response_type: 'code', scope: 'snsapi_base' }
      : { login_type: 'CorpApp', appid: this.corpId, redirect_uri: callbackOf(this.config) };
    for (const [name, value] of Object.entries({ ...parameters, state, agentid: this.agentId }))
      url.searchParams.set(name, value);
    if (inside) url.hash = 'wechat_redirect';
    return { url, pending: { state, anew } };
  }

  async finish(_pending: Pending, query: URLSearchParams): Promise<CampusSignIn> {
    const code = query.get('code');
    if (!code) throw new MessengerRefused();
    const { userid } = await this.asked('/cgi-bin/auth/getuserinfo', { code });
    if (!userid) throw new MessengerRefused();
    const number = this.config.wecomNumberAttribute ? await this.attributeOf(userid) : userid;
    if (!number) throw new MessengerRefused();
    return { number, session: undefined, subject: undefined, strength: { twoFactors: false } };
  }

  private async attributeOf(userid: string): Promise<string | undefined> {
    const { extattr } = await this.asked('/cgi-bin/user/get', { userid });
    const values = (extattr?.attrs ?? []).filter(({ name }) => name === this.config.wecomNumberAttribute);
    return values.length === 1 ? values[0]!.text?.value?.trim() : undefined;
  }

  private async asked(path: string, parameters: Record<string, string>): Promise<Answer> {
    const answer = await this.token.with((access_token) => this.get(path, { access_token, ...parameters }));
    if (answer.errcode === 0) return answer;
    // The rest is how the app is set up, or that it asks too often (45009).
    throw REFUSED.has(answer.errcode) ? new MessengerRefused() : unavailable(`WeCom ${path} ${answer.errcode}`);
  }

  private get(path: string, parameters: Record<string, string>): Promise<Answer> {
    const url = new URL(path, this.origin);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return ask<Answer>(url);
  }
}
