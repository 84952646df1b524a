import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

interface Sent {
  to: string;
  text: string;
}

type Body = Record<string, never> & { touser: string; userid_list: string; task_id: number; msg: unknown };

/** What 企业微信 and 钉钉 have in common: an API on loopback whose tokens end. */
abstract class Stand {
  /** What arrived at people. */
  readonly arrived: Sent[] = [];
  tokens = 0;
  protected token = '';
  private server: Server | undefined;

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      void textOf(request).then((text) => {
        const url = new URL(request.url!, 'http://stand');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(this.answer(url, (text ? JSON.parse(text) : {}) as Body)));
      });
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  /** Tokens given until now are no good any more. */
  endTokens(): void {
    this.token = 'ended';
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  protected newToken(): object {
    this.tokens++;
    this.token = `token-${this.tokens}`;
    return { errcode: 0, access_token: this.token, expires_in: 7_200 };
  }

  protected abstract answer(url: URL, body: Body): object;
}

/** 企业微信 as documented: the excess over 30 a minute for a member is dropped, and errcode 0 answered all the same. */
export class WecomStand extends Stand {
  readonly members = new Set<string>();
  /** What it was asked to send, whatever came of it. */
  readonly asked: Body[] = [];
  minute: () => number = () => 0;
  private readonly counts = new Map<string, number>();

  protected answer(url: URL, body: Body): object {
    if (url.pathname === '/cgi-bin/gettoken')
      return url.searchParams.get('corpsecret') === 'wecom-secret' ? this.newToken() : { errcode: 40001 };
    if (url.searchParams.get('access_token') !== this.token) return { errcode: 42001 };
    this.asked.push(body);
    const to = body.touser;
    if (!this.members.has(to)) return { errcode: 0, invaliduser: to, msgid: 'm' };
    const key = `${to} ${this.minute()}`;
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count <= 30) this.arrived.push({ to, text: (body as unknown as { text: { content: string } }).text.content });
    return { errcode: 0, msgid: `m-${this.asked.length}` };
  }
}

/** 钉钉 as documented: success, and then the same text to the same person is dropped; so is what is over the limit of the day. */
export class DingtalkStand extends Stand {
  readonly read = new Set<string>();
  perDay = 500;
  private readonly tasks: { to: string; forbidden?: number }[] = [];
  private readonly counts = new Map<string, number>();
  private readonly texts = new Set<string>();

  protected answer(url: URL, body: Body): object {
    if (url.pathname === '/gettoken') return this.newToken();
    if (url.searchParams.get('access_token') !== this.token) return { errcode: 40014 };
    if (url.pathname.endsWith('/asyncsend_v2')) {
      const to = body.userid_list;
      const text = (body.msg as { text: { content: string } }).text.content;
      const count = (this.counts.get(to) ?? 0) + 1;
      this.counts.set(to, count);
      const forbidden = count > this.perDay ? 143105 : this.texts.has(`${to} ${text}`) ? 143106 : undefined;
      this.texts.add(`${to} ${text}`);
      if (!forbidden) this.arrived.push({ to, text });
      return { errcode: 0, task_id: this.tasks.push({ to, ...(forbidden && { forbidden }) }) };
    }
    const { to, forbidden } = this.tasks[body.task_id - 1]!;
    const lists = forbidden
      ? { forbidden_user_id_list: [to], forbidden_list: [{ code: String(forbidden), count: 500, userid: to }] }
      : { [this.read.has(to) ? 'read_user_id_list' : 'unread_user_id_list']: [to] };
    return { errcode: 0, send_result: lists };
  }
}

/** A mail server (smtp-server) that takes what it is told to take. */
export class MailStand {
  readonly got: { to: string; source: string }[] = [];
  /** Status for a receiver: 250, or what it answers instead. */
  status: (to: string) => number = () => 250;
  private readonly server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] },
    onRcptTo: ({ address }, _session, done) => {
      const status = this.status(address);
      done(status === 250 ? null : Object.assign(new Error('no'), { responseCode: status }));
    },
    onData: (stream, { envelope }, done) => {
      let source = '';
      stream.on('data', (part: Buffer) => (source += part.toString()));
      stream.on('end', () => {
        this.got.push({ to: envelope.rcptTo[0]!.address, source });
        done();
      });
    },
  });

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((done) => this.server.close(done));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += (part as Buffer).toString();
  return text;
}
