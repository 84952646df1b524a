import type { Bilingual } from '#contracts';
import { AddressRefused } from '../outside/targets.js';

const UNTRUSTED = new Set([
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ...['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const PROBLEMS = {
  sign_in: {
    zh: '来源拒绝了登录：请核对客户端标识、密钥，以及对方授予的范围',
    en: 'the source refused to let us in: check client id and secret, and the scopes that it grants',
  },
  no_path: {
    zh: '来源没有这个地址（404）：请核对 url 与 OneRoster 版本',
    en: 'the source has no such address (404): check url and the version of OneRoster',
  },
  no_json: {
    zh: '来源回答的不是 JSON，可能是登录页或门户页：请核对 url 与 tokenUrl',
    en: 'the source answered no JSON, perhaps a page to sign in at: check url and tokenUrl',
  },
  no_list: {
    zh: '来源的回答里没有所要的列表：请核对 OneRoster 版本',
    en: 'what the source answered has not the list that was asked for: check the version of OneRoster',
  },
  untrusted: {
    zh: '来源的证书不被信任：由学校自己的 CA 签发的，请用 NODE_EXTRA_CA_CERTS 指定该 CA 后重启；过期或域名不符的，请对方更换',
    en: 'the certificate of the source is not trusted: for one of a CA of the school, name that CA in NODE_EXTRA_CA_CERTS and start again; one that has expired, or is of another name, the source must replace',
  },
  not_allowed: {
    zh: '地址现在指向未放行的网段（CONNECTOR_TARGETS）',
    en: 'the address leads, now, to one that CONNECTOR_TARGETS does not allow',
  },
  too_much: {
    zh: '来源的一页超过 32 MB：请对方限制每页的数量',
    en: 'a page of the source is longer than 32 MB: it must give fewer objects at a time',
  },
  ended_early: {
    zh: '来源没有给完它所说的数量，正在重试',
    en: 'the source gave less than it says it has; it is asked again',
  },
  away: {
    zh: '来源现在没有完整回答，正在重试',
    en: 'the source gives no whole answer now; it is asked again',
  },
} as const satisfies Record<string, Bilingual>;
export type SourceTrouble = keyof typeof PROBLEMS;

/** What may pass by itself. */
const PASSES: readonly SourceTrouble[] = ['ended_early', 'away'];

/** A source did not give what it was asked for. Nothing of what it answered is said: there may be names in it. */
export class SourceProblem extends Error {
  constructor(readonly trouble: SourceTrouble) {
    super(`the source: ${trouble}`);
  }

  /** Whether another attempt would most likely meet it as well. */
  get lasts(): boolean {
    return !PASSES.includes(this.trouble);
  }

  get words(): Bilingual {
    return PROBLEMS[this.trouble];
  }

  /** What went wrong when a source was asked. */
  static from(error: unknown): SourceProblem {
    if (error instanceof SourceProblem) return error;
    if (error instanceof AddressRefused) return new SourceProblem('not_allowed');
    return new SourceProblem(UNTRUSTED.has((error as { code?: string }).code ?? '') ? 'untrusted' : 'away');
  }

  static ofStatus(status: number): SourceProblem {
    if (status === 404) return new SourceProblem('no_path');
    // What an OAuth2 server says of a client that it does not know, or a scope that it does not grant (RFC 6749 §5.2), is 400 or 401.
    return new SourceProblem(status === 400 || status === 401 || status === 403 ? 'sign_in' : 'away');
  }
}

/** The pages of a resource do not follow each other: what was before has changed while they were asked for. */
export class SourceChanged extends Error {}
