import { type CodeShown, codePageHtml, escapeHtml, foundHtml, type Language } from '#http';
import { LANGUAGES } from './certificate.entity.js';
import type { VerificationDto } from './certificates.dto.js';

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

/** `/certificates`: for whoever was shown a certificate. */
export function verificationPage(language: Language, { found, problem }: CodeShown<VerificationDto>): string {
  return codePageHtml(language, '/certificates', TEXTS[language], {
    problem,
    result: found && resultHtml(language, found),
  });
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
  ].flatMap(([label, value]) => (value === null ? [] : [[label, value] as const]));
  return `<h2>${escapeHtml(name[language])} ${escapeHtml(number)}</h2>
<p class="verdict ${status}" role="status"><strong>${verdict}</strong> ${means}</p>
${foundHtml(text, rows, sha256)}`;
}
