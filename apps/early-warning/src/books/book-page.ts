import { type CodeShown, codePageHtml, foundHtml, type Language } from '#http';
import { BOOK_STATUSES } from './book.entity.js';
import type { BookVerificationDto } from './books.dto.js';

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

/** `/books`: for whoever was shown a graduation book. */
export function bookPage(language: Language, { found, problem }: CodeShown<BookVerificationDto>): string {
  return codePageHtml(language, '/books', TEXTS[language], { problem, result: found && resultHtml(language, found) });
}

function resultHtml(language: Language, { number, status, issuedOn, sha256 }: BookVerificationDto): string {
  const text = TEXTS[language];
  const rows = [[text.number, number] as const, [text.issuedOn, issuedOn] as const];
  return `<p class="verdict ${status}" role="status"><strong>${BOOK_STATUSES[status][language]}</strong></p>
${foundHtml(text, rows, sha256)}`;
}
