import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import encodeQr from 'qr';
import { Typesetter } from '#documents';
import { addressOf, manuscriptOf, type Printed } from '../apps/affairs/src/certificates/certificate-page.js';
import { ENROLMENT } from '../apps/affairs/src/certificates/certificate-sheet.js';
import { grouped, newCode } from '../libs/documents/index.js';

/** One program of `bench certificates`, in a process of its own: sets so many certificates, one after the other, and tells what it took. */
const [what = '', given = '1'] = process.argv.slice(2);
const COUNT = Number(given);

const font = (path: string): Buffer =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${path}`));

function printed(i: number): Printed {
  return {
    language: 'zh',
    title: '在读证明',
    issuer: '学生工作处',
    facts: {
      name: `张${String.fromCodePoint(0x4e00 + i)}`,
      number: String(2024000000 + i),
      sex: '男',
      school: '一站大学',
      college: '计算机学院',
      major: '软件工程',
      class: `软工24${String(i % 30).padStart(2, '0')}`,
      grade: '2024',
    },
    number: `2026-${String(i).padStart(6, '0')}`,
    issuedOn: '2026-12-01',
    expiresOn: '2027-05-30',
    code: newCode(),
    origin: 'https://yizhan.example.edu.cn',
    at: new Date('2026-12-01T02:00:00Z'),
  };
}

const typesetter = new Typesetter(60);
const ours = (one: Printed): Promise<Buffer> => typesetter.typeset(manuscriptOf(one, ENROLMENT));

/** The same words and the same code, as one sets them with pdfkit. Loaded where it is measured. */
async function withPdfkit(): Promise<(one: Printed) => Promise<Buffer>> {
  const { default: PDFDocument } = await import('pdfkit');
  const [regular, bold] = [font('400Regular/NotoSansSC_400Regular.ttf'), font('700Bold/NotoSansSC_700Bold.ttf')];
  return (one) => pdfkit(new PDFDocument({ size: 'A4', margin: 80 }), regular, bold, one);
}

async function pdfkit(document: PDFKit.PDFDocument, regular: Buffer, bold: Buffer, one: Printed): Promise<Buffer> {
  const { facts, number, code } = one;
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(document, 'end');
  document.registerFont('regular', regular as never).registerFont('bold', bold as never);
  document.font('regular').fontSize(14).text(facts.school!, { align: 'center' }).moveDown();
  document.font('bold').fontSize(26).text(one.title, { align: 'center', characterSpacing: 8 }).moveDown();
  document.font('regular').fontSize(10).text(`编号：${number}`).moveDown();
  const { name, sex, college, major, grade } = facts;
  const body = `兹证明 ${name}，${sex}，学号 ${facts.number}，现为我校${college}${major}专业${grade}级在册学生（班级：${facts.class}），目前在读。`;
  document.fontSize(12.5).text(body, { indent: 25, lineGap: 10 }).moveDown().text('特此证明。', { indent: 25 });
  document.moveDown(2).text(`${facts.school}\n${one.issuer}\n2026年12月1日`, { align: 'right', lineGap: 8 });
  document.fontSize(10).moveDown().text('有效期至 2027年5月30日。');
  encodeQr(addressOf(one), 'raw', { ecc: 'medium', border: 2 }).forEach((row, y) =>
    row.forEach((dark, x) => dark && document.rect(80 + x * 2.1, 660 + y * 2.1, 2.1, 2.1).fill('#000')),
  );
  const help = `扫描二维码，或打开 yizhan.example.edu.cn/certificates 并输入核验码，可查验本证明的内容与效力。\n核验码　${grouped(code)}\n编　号　${number}\n本证明由系统依据当日在册信息开具并经数字签名，以核验结果为准。`;
  document.fontSize(8.5).text(help, 180, 670, { width: 330 });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** Peak of this process and of those that it has started, in MB. */
function peak(): number {
  const own = process.resourceUsage().maxRSS / 1024;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1];
        return parent === String(process.pid) ? [Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024] : [];
      } catch {
        return [];
      }
    });
  return children.reduce((sum, one) => sum + one, own);
}

const set = what === 'pdfkit' ? await withPdfkit() : ours;
const began = process.hrtime.bigint();
let bytes = 0;
for (let i = 0; i < COUNT; i++) bytes += (await set(printed(i))).length;
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
process.stdout.write(`${JSON.stringify({ seconds, megabytes: peak(), kilobytes: bytes / COUNT / 1024 })}\n`);
await typesetter.onApplicationShutdown();
