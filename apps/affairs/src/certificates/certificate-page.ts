import encodeQr from 'qr';
import type { Bilingual } from '#contracts';
import { type Manuscript, grouped } from '#documents';
import type { Language } from '#http';
import { SHEET } from './certificate-sheet.js';
import type { Facts } from './certificate.facts.js';

/** What a certificate says. */
export interface Printed {
  language: Language;
  title: string;
  /** Who issues it. */
  issuer: string;
  facts: Facts;
  number: string;
  /** YYYY-MM-DD */
  issuedOn: string;
  /** The last day on which it holds; null: none. */
  expiresOn: string | null;
  code: string;
  /** Public address of the API, without a path. */
  origin: string;
  at: Date;
}

/** The address behind the QR code. The code stands after `#`, which browsers keep to themselves: no server sees it in an address, so no log does. */
export function addressOf({ origin, code }: Pick<Printed, 'origin' | 'code'>): string {
  return `${origin}/certificates#${code}`;
}

/** A certificate, ready to be set. */
export function manuscriptOf(printed: Printed, source: Bilingual): Manuscript {
  const { language, title, issuer, facts, number, issuedOn, expiresOn, code, origin, at } = printed;
  const certificate = {
    ...{ language, title, issuer, facts, number },
    school: facts.school ?? '',
    issuedOn: dateInWords(issuedOn, language),
    expiresOn: expiresOn && dateInWords(expiresOn, language),
    code: grouped(code),
    address: `${origin.replace(/^https?:\/\//, '')}/certificates`,
    qr: encodeQr(addressOf(printed), 'svg', { ecc: 'medium', border: 2 }),
  };
  return {
    source: source[language],
    files: { '/sheet.typ': SHEET },
    inputs: { certificate: JSON.stringify(certificate) },
    at,
  };
}

/** 2026年12月1日; 1 December 2026. */
function dateInWords(date: string, language: Language): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}
