import { escapeHtml, type Language, pageHtml } from '#http';
import { BOOK_STATUSES } from './book.entity.js';
import type { BookVerificationDto } from './books.dto.js';

/** What the page says; a problem stands in the place of what was found. */
export interface Verified {
  found?: BookVerificationDto;
  problem?: string;
}

const TEXTS = {
  zh: {
    title: '核验毕业纪念册',
    help: '输入册末的核验码。扫描二维码会自动填入。',
    code: '核验码',
    verify: '核验',
    number: '编号',
    status: '状态',
    issuedOn: '制作日期',
    file: '核对文件',
    choose: '选择或拖入手中的 PDF，看它是否就是学校制作的那一份。文件只在您的设备上计算，不会上传。',
    same: '一致：这就是学校制作的文件。',
    changed: '不一致：这不是学校制作的文件，或已被改动。',
    hash: '学校制作的文件的 SHA-256：',
  },
  en: {
    title: 'Verify a graduation book',
    help: 'Enter the verification code on its last page. The QR code there fills it in.',
    code: 'Verification code',
    verify: 'Verify',
    number: 'Number',
    status: 'Status',
    issuedOn: 'Made on',
    file: 'Check a file',
    choose:
      'Choose the PDF at hand, or drop it here, to see whether it is the one that the school made. It is looked at on your device alone, and not uploaded.',
    same: 'The same: this is the file that the school made.',
    changed: 'Not the same: this is not the file that the school made, or it was changed.',
    hash: 'SHA-256 of the file that the school made:',
  },
} as const;

/** `/books`: for whoever was shown a graduation book. Its script is that of the page of certificates. */
export function bookPage(language: Language, { found, problem }: Verified): string {
  const text = TEXTS[language];
  const said = problem === undefined ? '' : `<p class="verdict revoked" role="alert">${escapeHtml(problem)}</p>`;
  const body = `<main class="text"><h1>${text.title}</h1>
<form id="verify" method="post" action="/books?lang=${language}">
<p>${text.help}</p>
<p><label>${text.code} <input name="code" required maxlength="100" size="36" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
<button>${text.verify}</button></p>
</form>
${said}${found ? resultHtml(language, found) : ''}</main>`;
  const head = '<script defer src="/docs/certificates.js"></script>\n<meta name="robots" content="noindex">';
  return pageHtml(language, { title: text.title, path: '/books', body, head });
}

function resultHtml(language: Language, { number, status, issuedOn, sha256 }: BookVerificationDto): string {
  const text = TEXTS[language];
  return `<p class="verdict ${status}" role="status"><strong>${BOOK_STATUSES[status][language]}</strong></p>
<table>
<tr><th scope="row">${text.number}</th><td>${escapeHtml(number)}</td></tr>
<tr><th scope="row">${text.issuedOn}</th><td>${issuedOn}</td></tr>
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
