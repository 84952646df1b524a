import { Injectable } from '@nestjs/common';
import { Targets } from '../../outside/targets.js';
import { AccessToken, required } from './access-token.js';
import type { Account, Adapter, Outcome, Outgoing, Result } from './adapter.js';
import { ask } from './ask.js';
import type { DingtalkSettings } from './channel-settings.js';

interface Answer {
  errcode: number;
  access_token?: string;
  expires_in?: number;
  task_id?: number;
  send_result?: Partial<
    Record<
      | 'invalid_user_id_list'
      | 'forbidden_user_id_list'
      | 'failed_user_id_list'
      | 'read_user_id_list'
      | 'unread_user_id_list',
      string[]
    >
  > & { forbidden_list?: { code: string | number; userid: string }[] };
}

const ORIGIN = 'https://oapi.dingtalk.com';
const TOKEN_ENDED = new Set([40001, 40014, 42001]);
/** 90018, 143103, 143104: so many in a minute or a second. */
const TOO_OFTEN = new Set([88, 90018, 143103, 143104]);
/** 500 a day for a person and app. */
const DAY_IS_FULL = 143105;
/** The same text to the same person on one day. */
const SAME_TEXT = 143106;
/** The text has words that 钉钉 does not take. */
const FORBIDDEN_WORDS = 1430002;
const MINUTE_MS = 60_000;
const CHECK_MS = 30_000;
/** Bytes of a text, of the 2,048 that `msg` may have. */
const BYTES = 1_600;

/**
 * 钉钉, 工作通知 (corpconversation/asyncsend_v2). It answers success for what it then drops: over 500 a day, or what was said to the same
 * person on the same day already. So each text has its time and the end of its id, and the result is asked for.
 */
@Injectable()
export class Dingtalk implements Adapter<DingtalkSettings> {
  private readonly token = new AccessToken();

  constructor(private readonly targets: Targets) {}

  async send(account: Account<DingtalkSettings>, outgoing: Outgoing): Promise<Outcome> {
    const { id, to, title, body, link, at } = outgoing;
    const text = cut(`${title}\n${body}${link ? `\n${link}` : ''}\n${at} · ${id.slice(-4)}`);
    const answer = await this.post(account, '/topapi/message/corpconversation/asyncsend_v2', {
      ...{ agent_id: account.settings.agentId, userid_list: to },
      msg: { msgtype: 'text', text: { content: text } },
    });
    const { errcode, task_id } = answer;
    if (errcode === 0 && task_id !== undefined)
      return { state: 'sent', reference: String(task_id), checkAfterMs: CHECK_MS };
    if (TOO_OFTEN.has(errcode)) return { state: 'again', problem: `DINGTALK_${errcode}`, waitMs: MINUTE_MS };
    if (errcode === FORBIDDEN_WORDS) return { state: 'failed', problem: `DINGTALK_${errcode}` };
    // Mostly how the app is set up, which may be put right meanwhile.
    return { state: 'again', problem: `DINGTALK_${errcode}` };
  }

  async result(account: Account<DingtalkSettings>, reference: string, to: string): Promise<Result> {
    const answer = await this.post(account, '/topapi/message/corpconversation/getsendresult', {
      ...{ agent_id: account.settings.agentId, task_id: Number(reference) },
    });
    const { errcode, send_result: said } = answer;
    if (errcode !== 0 || !said) return { state: 'unknown' };
    if (said.read_user_id_list?.includes(to)) return { state: 'delivered', read: true };
    if (said.unread_user_id_list?.includes(to)) return { state: 'delivered', read: false };
    if (said.invalid_user_id_list?.includes(to)) return { state: 'failed', problem: 'ADDRESS_REFUSED' };
    if (said.failed_user_id_list?.includes(to)) return { state: 'failed', problem: 'DINGTALK_FAILED' };
    const code = Number(said.forbidden_list?.find(({ userid }) => userid === to)?.code);
    if (TOO_OFTEN.has(code)) return { state: 'dropped', problem: `DINGTALK_${code}`, until: 'minute' };
    if (code === DAY_IS_FULL) return { state: 'dropped', problem: `DINGTALK_${code}`, until: 'tomorrow' };
    // Whatever it is, the same text came before it.
    if (code === SAME_TEXT) return { state: 'delivered', read: false };
    if (said.forbidden_user_id_list?.includes(to)) return { state: 'failed', problem: 'DINGTALK_FORBIDDEN' };
    return { state: 'unknown' };
  }

  private async post(account: Account<DingtalkSettings>, path: string, body: object): Promise<Answer> {
    const asked = async (): Promise<Answer> => {
      const url = new URL(path, account.settings.origin ?? ORIGIN);
      url.searchParams.set('access_token', await this.tokenOf(account));
      return ask<Answer>(this.targets, url, body);
    };
    const answer = await asked();
    if (!TOKEN_ENDED.has(answer.errcode)) return answer;
    this.token.forget(account);
    return asked();
  }

  private tokenOf(account: Account<DingtalkSettings>): Promise<string> {
    return this.token.of(account, async () => {
      const { settings, secret } = account;
      const url = new URL('/gettoken', settings.origin ?? ORIGIN);
      url.searchParams.set('appkey', settings.appKey);
      url.searchParams.set('appsecret', secret);
      const { errcode, access_token, expires_in = 7_200 } = await ask<Answer>(this.targets, url);
      return { value: required(errcode, access_token), seconds: expires_in };
    });
  }
}

/** At most so many bytes of UTF-8, no character cut in two; the end, which tells texts apart, is kept. */
function cut(text: string): string {
  const over = Buffer.byteLength(text) - BYTES;
  if (over <= 0) return text;
  const end = text.slice(text.lastIndexOf('\n'));
  let kept = text.slice(0, text.length - end.length);
  while (Buffer.byteLength(kept) + Buffer.byteLength(end) > BYTES) kept = [...kept].slice(0, -1).join('');
  return kept + end;
}
