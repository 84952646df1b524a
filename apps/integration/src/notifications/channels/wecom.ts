import { Injectable } from '@nestjs/common';
import { Targets } from '../../outside/targets.js';
import { AccessToken, required } from './access-token.js';
import type { Account, Adapter, Outcome, Outgoing } from './adapter.js';
import { ask } from './ask.js';
import type { WecomSettings } from './channel-settings.js';

interface Answer {
  errcode: number;
  access_token?: string;
  expires_in?: number;
  invaliduser?: string;
  unlicenseduser?: string;
  msgid?: string;
}

const ORIGIN = 'https://qyapi.weixin.qq.com';
/** The token is no good, or no longer. */
const TOKEN_ENDED = new Set([40001, 40014, 42001]);
/** It asks to be asked less. */
const TOO_OFTEN = new Set([45009, 45033]);
/** None of the receivers can be reached: unknown, or the app is not for them. */
const NOBODY = new Set([81013, 60111]);
const MINUTE_MS = 60_000;

/**
 * 企业微信, 发送应用消息 (message/send). It answers success though a receiver is not the app's (`invaliduser`, `unlicenseduser`), and drops
 * beyond 30 a minute or 1,000 an hour for a member without a word: quotas must keep below. What became of a message it does not say.
 */
@Injectable()
export class Wecom implements Adapter<WecomSettings> {
  private readonly token = new AccessToken();

  constructor(private readonly targets: Targets) {}

  async send(account: Account<WecomSettings>, outgoing: Outgoing): Promise<Outcome> {
    const answer = await this.post(account, outgoing);
    if (!TOKEN_ENDED.has(answer.errcode)) return outcomeOf(answer);
    this.token.forget(account);
    return outcomeOf(await this.post(account, outgoing));
  }

  private async post(account: Account<WecomSettings>, outgoing: Outgoing): Promise<Answer> {
    const { settings } = account;
    const url = new URL('/cgi-bin/message/send', settings.origin ?? ORIGIN);
    url.searchParams.set('access_token', await this.tokenOf(account));
    const { to, title, body, link, at } = outgoing;
    const text = link
      ? { msgtype: 'textcard', textcard: { title, description: `${body}\n${at}`, url: link } }
      : { msgtype: 'text', text: { content: `${title}\n${body}\n${at}` } };
    return ask<Answer>(this.targets, url, {
      touser: to,
      agentid: settings.agentId,
      ...text,
      // What is sent again because no answer came is shown once.
      ...{ enable_duplicate_check: 1, duplicate_check_interval: 1_800 },
    });
  }

  private tokenOf(account: Account<WecomSettings>): Promise<string> {
    return this.token.of(account, async () => {
      const { settings, secret } = account;
      const url = new URL('/cgi-bin/gettoken', settings.origin ?? ORIGIN);
      url.searchParams.set('corpid', settings.corpId);
      url.searchParams.set('corpsecret', secret);
      const { errcode, access_token, expires_in = 7_200 } = await ask<Answer>(this.targets, url);
      return { value: required(errcode, access_token), seconds: expires_in };
    });
  }
}

function outcomeOf({ errcode, invaliduser, unlicenseduser, msgid }: Answer): Outcome {
  if (errcode === 0) {
    if (invaliduser) return { state: 'failed', problem: 'ADDRESS_REFUSED' };
    if (unlicenseduser) return { state: 'failed', problem: 'UNLICENSED' };
    return { state: 'sent', reference: msgid ?? null };
  }
  if (NOBODY.has(errcode)) return { state: 'failed', problem: 'ADDRESS_REFUSED' };
  if (TOO_OFTEN.has(errcode)) return { state: 'again', problem: `WECOM_${errcode}`, waitMs: MINUTE_MS };
  // Mostly how the app is set up, which may be put right meanwhile.
  return { state: 'again', problem: `WECOM_${errcode}` };
}
