import { escapeHtml, type Language, pageHtml } from '#http';
import { LANGUAGES } from './certificate.entity.js';
import type { VerificationDto } from './certificates.dto.js';

/** What the page says; a problem stands in the place of what was found. */
export interface Verified {
  /** As it was typed, to be corrected. */
  code?: string;
  found?: VerificationDto;
  problem?: string;
}

const TEXTS = {
  zh: {
    title: '核验证明',
    help: '输入证明上的核验码，查看其内容与效力。扫描证明上的二维码会自动填入。',
    code: '核验码',
    verify: '核验',
    fields: {
      number: '编号',
      name: '名称',
      language: '语言',
      issuedOn: '开具日期',
      expiresOn: '有效期至',
      revokedOn: '撤销日期',
    },
    verdict: {
      valid: ['有效。', '请逐项与手中的证明核对。'],
      expired: ['已过有效期。', '内容为开具当日的情况。'],
      revoked: ['已撤销。', '不应再采信。'],
      erased: ['内容已删除。', '学校曾开具此证明，但其内容已删除（如依法删除个人信息），无法再核验。'],
    },
    file: '核对文件',
    choose: '选择或拖入手中的 PDF，看它是否就是学校开具的那一份。文件只在您的设备上计算，不会上传。',
    same: '一致：这就是学校开具的文件。',
    changed: '不一致：这不是学校开具的文件，或已被改动。',
    hash: '学校开具的文件的 SHA-256：',
  },
  en: {
    title: 'Verify a certificate',
    help: 'Enter the verification code that is printed on the certificate, to see what it says and whether it holds. The QR code on it fills it in.',
    code: 'Verification code',
    verify: 'Verify',
    fields: {
      number: 'Number',
      name: 'Name',
      language: 'Language',
      issuedOn: 'Issued on',
      expiresOn: 'Valid until',
      revokedOn: 'Revoked on',
    },
    verdict: {
      valid: ['Valid.', 'Compare each line with the certificate at hand.'],
      expired: ['No longer valid: its period is over.', 'It says how things were on the day it was issued.'],
      revoked: ['Revoked.', 'It should not be relied upon.'],
      erased: [
        'Content deleted.',
        'The school issued this certificate, but what it said was deleted, as when personal data is erased by law: it can no longer be verified.',
      ],
    },
    file: 'Check a file',
    choose:
      'Choose the PDF at hand, or drop it here, to see whether it is the one that the school issued. It is looked at on your device alone, and not uploaded.',
    same: 'The same: this is the file that the school issued.',
    changed: 'Not the same: this is not the file that the school issued, or it was changed.',
    hash: 'SHA-256 of the file that the school issued:',
  },
} as const;

/** `/certificates`: for whoever was shown a certificate. Works without scripts, but for reading the code of an address and checking a file. */
export function verificationPage(language: Language, { code = '', found, problem }: Verified): string {
  const text = TEXTS[language];
  const said = problem === undefined ? '' : `<p class="verdict revoked" role="alert">${escapeHtml(problem)}</p>`;
  const body = `<main class="text"><h1>${text.title}</h1>
<form id="verify" method="post" action="/certificates?lang=${language}">
<p>${text.help}</p>
<p><label>${text.code} <input name="code" value="${escapeHtml(code)}" required maxlength="100" size="36" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
<button>${text.verify}</button></p>
</form>
${said}${found ? resultHtml(language, found) : ''}</main>`;
  const head = '<script defer src="/docs/certificates.js"></script>\n<meta name="robots" content="noindex">';
  return pageHtml(language, { title: text.title, path: '/certificates', body, head });
}

function resultHtml(language: Language, found: VerificationDto): string {
  const text = TEXTS[language];
  const { number, name, issuedOn, expiresOn, revokedOn, status, facts, sha256 } = found;
  const [verdict, means] = text.verdict[status];
  const shown = {
    name: name[language],
    number,
    language: LANGUAGES[found.language][language],
    issuedOn,
    expiresOn,
    revokedOn,
  };
  const rows = [
    ...Object.entries(shown).map(([key, value]) => [text.fields[key as keyof typeof shown], value] as const),
    ...facts.map((fact) => [fact[language], fact.value] as const),
  ].filter(([, value]) => value !== null);
  return `<h2>${escapeHtml(name[language])} ${escapeHtml(number)}</h2>
<p class="verdict ${status}" role="status"><strong>${verdict}</strong> ${means}</p>
<table>
${rows.map(([label, value]) => `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(value!)}</td></tr>`).join('\n')}
</table>
<section id="file" data-sha256="${sha256}">
<h2>${text.file}</h2>
<div class="drop" hidden>
<p><label>${text.choose}<br><input type="file" accept="application/pdf,.pdf"></label></p>
<p class="verdict valid" role="status" data-when="same" hidden>${text.same}</p>
<p class="verdict revoked" role="alert" data-when="changed" hidden>${text.changed}</p>
</div>
<p>${text.hash}<br><code>${sha256}</code></p>
</section>`;
}
