import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  status?: number;
  /** A text is sent as it is. */
  body: object | string;
}

/**
 * 企业微信's and 钉钉's APIs on loopback, as they are documented: tokens of the app end (42001, 40014), a code is good once (40029; 钉钉:
 * a 400 with words), who asks too often is told so (45009).
 */
export class MessengerStand {
  /** Codes that somebody got by signing in: the userid of a member, or undefined for who is none. */
  readonly codes = new Map<string, string | undefined>();
  /** Members' numbers, by userid. */
  readonly numbers = new Map<string, string>();
  /** What a path answers instead of what it should. */
  readonly says = new Map<string, Answer>();
  tokens = 0;
  /** What is said of a token that has ended. */
  ended: number | undefined;
  tooOften = false;
  private token = '';
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void textOf(request).then((text) => {
        const url = new URL(request.url!, 'http://stand');
        const { status = 200, body } = this.answer(url, (text ? JSON.parse(text) : {}) as never, request);
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(status === 302 && { location: '/elsewhere' }),
        });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Tokens given until now are no good any more. */
  endTokens(): void {
    this.token = 'ended';
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ pathname, searchParams }: URL, body: Record<string, string>, request: IncomingMessage): Answer {
    const ok = (result: object): Answer => ({ body: { errcode: 0, errmsg: 'ok', ...result } });
    const no = (errcode: number): Answer => ({ body: { errcode, errmsg: 'no' } });
    const said = this.says.get(pathname);
    if (said) return said;
    if (pathname === '/elsewhere') return ok({ userid: 'member' });
    if (pathname.endsWith('/gettoken')) {
      const secret = searchParams.get('corpsecret') ?? searchParams.get('appsecret');
      if (secret !== 'app-secret') return no(40001);
      this.token = `token-${++this.tokens}`;
      return ok({ access_token: this.token, expires_in: 7_200 });
    }
    if (pathname === '/v1.0/oauth2/userAccessToken') {
      const { clientSecret, code = '' } = body;
      if (clientSecret !== 'app-secret' || !this.codes.has(code))
        return { status: 400, body: { code: 'invalidParameter.authCode.notFound', message: 'no' } };
      return { body: { accessToken: `of ${this.used(code)}`, expireIn: 7_200 } };
    }
    if (pathname === '/v1.0/contact/users/me') {
      const [, userid] = /^of (.*)$/.exec(String(request.headers['x-acs-dingtalk-access-token'])) ?? [];
      return { body: { nick: 'x', unionId: `union ${userid}` } };
    }
    if (this.tooOften) return no(45009);
    if (searchParams.get('access_token') !== this.token)
      return no(this.ended ?? (pathname.startsWith('/cgi-bin') ? 42001 : 40014));
    if (pathname === '/cgi-bin/auth/getuserinfo') {
      const code = searchParams.get('code')!;
      if (!this.codes.has(code)) return no(40029);
      const userid = this.used(code);
      return ok(userid ? { userid } : { openid: 'outsider' });
    }
    if (pathname === '/cgi-bin/user/get') {
      const value = this.numbers.get(searchParams.get('userid')!);
      return ok({ extattr: { attrs: [{ type: 0, name: '学号', text: { value } }] } });
    }
    if (pathname === '/topapi/user/getbyunionid') {
      const userid = body['unionid']!.slice('union '.length);
      return this.numbers.has(userid) ? ok({ result: { contact_type: 0, userid } }) : no(60121);
    }
    return ok({ result: { job_number: this.numbers.get(body['userid']!) } });
  }

  private used(code: string): string | undefined {
    const userid = this.codes.get(code);
    this.codes.delete(code);
    return userid;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += (part as Buffer).toString();
  return text;
}
