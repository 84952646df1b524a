import type { Config } from '#config';
import { MessengerRefused } from '../login.problems.js';
import { type Asked, assertSecure, callbackOf, type CampusSignIn, type CampusSso, type Pending } from './campus-sso.js';
import { AppToken, ask, secretOf, unavailable } from './messenger.js';

const LOGIN = 'https://login.dingtalk.com/oauth2/auth';
const API = 'https://api.dingtalk.com';
/** Where the older half of the API is. */
const OLD_API = 'https://oapi.dingtalk.com';
/** Nobody of the corporation has that unionId or userid. */
const UNKNOWN = new Set([60121, 33012]);
const INSIDER = 0;

interface Answer {
  errcode: number;
  access_token?: string;
  expires_in?: number;
  result?: { userid?: string; contact_type?: number; job_number?: string; extension?: string };
}

/**
 * 钉钉, 企业内部应用: OAuth2 with a code that is good once, the person's own token, their unionId, and by that their userid in the school's
 * corporation, which who is of another has not. It gives no PKCE; the state is bound to the browser's sign-in.
 */
export class DingtalkSso implements CampusSso {
  /** Who is signed in at its page only confirms. */
  readonly asksAnew = false;
  private readonly clientId: string;
  private readonly secret: string;
  private readonly token: AppToken;

  constructor(private readonly config: Config) {
    const { dingtalkClientId = '', dingtalkSecretFile, dingtalkOrigin = API } = config;
    if (!dingtalkSecretFile)
      throw new Error('DINGTALK_SECRET_FILE is not set: how does DingTalk know that it is this system?');
    assertSecure('DINGTALK_ORIGIN', dingtalkOrigin);
    this.clientId = dingtalkClientId;
    this.secret = secretOf('DINGTALK_SECRET_FILE', dingtalkSecretFile);
    this.token = new AppToken(async () => {
      const url = this.at(OLD_API, '/gettoken');
      url.searchParams.set('appkey', this.clientId);
      url.searchParams.set('appsecret', this.secret);
      const { errcode, access_token, expires_in = 7_200 } = await ask<Answer>(url);
      if (errcode !== 0 || !access_token) throw unavailable(`DingTalk gettoken ${errcode}`);
      return { value: access_token, seconds: expires_in };
    });
  }

  async begin(state: string, { anew }: Asked): Promise<{ url: URL; pending: Pending }> {
    const url = new URL(LOGIN);
    const parameters = { redirect_uri: callbackOf(this.config), response_type: 'code', client_id: this.clientId };
    for (const [name, value] of Object.entries({ ...parameters, scope: 'openid', state, prompt: 'consent' }))
      url.searchParams.set(name, value);
    return { url, pending: { state, anew } };
  }

  async finish(_pending: Pending, query: URLSearchParams): Promise<CampusSignIn> {
    const code = query.get('authCode');
    if (!code) throw new MessengerRefused();
    const { result: member } = await this.asked('/topapi/user/getbyunionid', { unionid: await this.unionIdOf(code) });
    if (!member?.userid || member.contact_type !== INSIDER) throw new MessengerRefused();
    const number = await this.numberOf(member.userid);
    if (!number) throw new MessengerRefused();
    return { number, session: undefined, subject: undefined, strength: { twoFactors: false } };
  }

  private async unionIdOf(code: string): Promise<string> {
    const tokens = await ask<{ accessToken?: string; code?: string }>(this.at(API, '/v1.0/oauth2/userAccessToken'), {
      body: { clientId: this.clientId, clientSecret: this.secret, code, grantType: 'authorization_code' },
    });
    if (!tokens.ok || !tokens.accessToken) throw refusal(tokens.code);
    const me = await ask<{ unionId?: string; code?: string }>(this.at(API, '/v1.0/contact/users/me'), {
      headers: { 'x-acs-dingtalk-access-token': tokens.accessToken },
    });
    if (!me.ok || !me.unionId) throw refusal(me.code);
    return me.unionId;
  }

  private async numberOf(userid: string): Promise<string | undefined> {
    const field = this.config.dingtalkNumberField;
    if (field === 'userid') return userid;
    const { result } = await this.asked('/topapi/v2/user/get', { userid });
    if (field === 'job_number') return result?.job_number?.trim();
    return extensionOf(result?.extension, field);
  }

  private async asked(path: string, body: object): Promise<Answer> {
    const answer = await this.token.with((token) => {
      const url = this.at(OLD_API, path);
      url.searchParams.set('access_token', token);
      return ask<Answer>(url, { body });
    });
    if (answer.errcode === 0) return answer;
    throw UNKNOWN.has(answer.errcode) ? new MessengerRefused() : unavailable(`DingTalk ${path} ${answer.errcode}`);
  }

  private at(api: string, path: string): URL {
    return new URL(path, this.config.dingtalkOrigin ?? api);
  }
}

/** Limits and a wrong secret are told in words too; the code that it does not know is the person's. */
function refusal(code = ''): Error {
  return /throttl|limit|forbidden|client/i.test(code) ? unavailable(`DingTalk ${code}`) : new MessengerRefused();
}

/** Extended attributes come as JSON in a text. */
function extensionOf(extension: string | undefined, name: string): string | undefined {
  try {
    const value = (JSON.parse(extension ?? '{}') as Record<string, unknown>)[name];
    return typeof value === 'string' ? value.trim() : undefined;
  } catch {
    return undefined;
  }
}
