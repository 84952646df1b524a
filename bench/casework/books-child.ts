import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import encodeQr from 'qr';
import { newCode, Typesetter } from '#documents';
import { manuscriptOf } from '../../apps/early-warning/src/books/book-manuscript.js';
import { type Content, contentOfStudent } from './book.js';

/** One program of `bench casework`, in a process of its own: sets so many books, one after the other, and tells what it took. */
const [what = '', given = '1'] = process.argv.slice(2);
const COUNT = Number(given);
const [BLUE, GREY, SOFT, AT] = ['#1f4e79', '#595959', '#eef3f8', new Date('2026-12-01T02:00:00Z')];
const ORIGIN = 'https://yizhan.example.edu.cn';
const CLOSING = '愿你所到之处，皆有所成';

type SetBook = (content: Content) => Promise<Buffer>;

const fontPath = (path: string): string =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${path}`);
const [REGULAR, BOLD] = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

const typesetter = new Typesetter(60);
const ours: SetBook = (content) =>
  typesetter.typeset(
    manuscriptOf({ ...content }, { number: '2026-000001', code: newCode() }, ORIGIN, '2026-12-01', AT),
  );

const about = ({ college, major, grade, ...own }: Content): string => `${college}　${major}\n${own.class}　${grade} 级`;
const endOf = (code: string): string => `编　号　2026-000001\n核验码　${code}\n扫描二维码可核对本册是否由学校制作。`;
const areaNote = ({ entries, hours, credits }: Content['areas'][number]): string =>
  `${entries} 件 · ${hours} 小时 · ${credits} 学分`;

/** The same with pdfkit. Loaded where it is measured. */
async function withPdfkit(): Promise<SetBook> {
  const { default: PDFDocument } = await import('pdfkit');
  const [regular, bold] = [readFileSync(fontPath(REGULAR)), readFileSync(fontPath(BOLD))];
  return async (content) => {
    const document = new PDFDocument({ size: 'A4', margin: 68 });
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = once(document, 'end');
    document.registerFont('regular', regular as never).registerFont('bold', bold as never);
    drawBook(document, content);
    document.end();
    await ended;
    return Buffer.concat(chunks);
  };
}

function drawBook(document: PDFKit.PDFDocument, content: Content): void {
  const heading = (text: string): unknown => document.font('bold').fontSize(22).fillColor(BLUE).text(text).moveDown();
  document.rect(0, 0, 596, 520).fill(BLUE);
  document.font('regular').fontSize(15).fillColor('#fff').text(content.school, 74, 85);
  document.font('bold').fontSize(42).text('成长档案', 74, 244).fontSize(17).text('毕业纪念册');
  document.fontSize(26).fillColor(BLUE).text(content.name, 74, 570);
  document.font('regular').fontSize(12).fillColor(GREY).text(about(content)).text(`${content.from} — ${content.to}`);
  document.addPage();
  heading('这几年');
  content.totals.forEach(({ value, label }, i) => {
    document.rect(68 + i * 116, 120, 106, 66).fill(SOFT);
    document
      .font('bold')
      .fontSize(22)
      .fillColor(BLUE)
      .text(value, 68 + i * 116, 130, { width: 106, align: 'center' });
    document.font('regular').fontSize(9).fillColor(GREY).text(label, { width: 106, align: 'center' });
  });
  const most = Math.max(...content.years.map(({ entries }) => entries));
  content.years.forEach(({ year, entries }, i) => {
    document.rect(90 + i * 90, 350 - (110 * entries) / most, 42, (110 * entries) / most).fill(BLUE);
    document
      .fontSize(9)
      .fillColor(GREY)
      .text(year, 90 + i * 90, 354)
      .text(String(entries));
  });
  content.areas.forEach((area, i) => {
    document
      .font('bold')
      .fontSize(10)
      .fillColor('#000')
      .text(area.name, 68, 400 + i * 24);
    document.rect(120, 400 + i * 24, 5 * area.entries, 14).fill(BLUE);
    document
      .font('regular')
      .fontSize(9)
      .fillColor(GREY)
      .text(areaNote(area), 380, 400 + i * 24);
  });
  content.tracks.forEach(({ name, done, goal }, i) => {
    document.fontSize(9).text(`${name} ${done} / ${goal}`, 68 + (i % 2) * 230, 560 + Math.floor(i / 2) * 24);
  });
  document.addPage();
  heading('荣誉');
  for (const { title, day, note } of content.honours) {
    document.font('bold').fontSize(12.5).fillColor('#000').text(title);
    document
      .font('regular')
      .fontSize(9)
      .fillColor(GREY)
      .text(`${day}　${note ?? ''}`)
      .moveDown();
  }
  document.addPage();
  heading('时间线');
  for (const { name, entries } of content.terms) {
    document.font('bold').fontSize(13).fillColor(BLUE).text(name).moveDown(0.5);
    for (const { day, title, note } of entries)
      document
        .font('regular')
        .fontSize(10.5)
        .fillColor('#000')
        .text(`${day}　${title}　${note ?? ''}`);
    document.moveDown();
  }
  document.addPage();
  heading('寄语');
  document.font('regular').fontSize(12).fillColor('#000').text(content.thanks, { lineGap: 8 });
  document.addPage().font('bold').fontSize(15).fillColor(BLUE).text(CLOSING, { align: 'center' });
  const code = newCode();
  encodeQr(`${ORIGIN}/books#${code}`, 'raw', { ecc: 'medium', border: 2 }).forEach((row, y) =>
    row.forEach((dark, x) => dark && document.rect(68 + x * 2.1, 640 + y * 2.1, 2.1, 2.1).fill('#000')),
  );
  document.font('regular').fontSize(9).fillColor(GREY).text(endOf(code), 180, 660);
}

/** The same with pdfmake. */
async function withPdfmake(): Promise<SetBook> {
  const { default: pdfmake } = (await import('pdfmake' as string)) as { default: Pdfmake };
  pdfmake.setFonts({ noto: { normal: fontPath(REGULAR), bold: fontPath(BOLD) } });
  return (content) => pdfmake.createPdf(definitionOf(content)).getBuffer();
}

/** What pdfmake sets: its types want a browser's. */
type Part = string | object;

interface Pdfmake {
  setFonts(fonts: object): void;
  createPdf(definition: object): { getBuffer(): Promise<Buffer> };
}

function definitionOf(content: Content): object {
  const heading = (text: string): Part => ({ text, bold: true, fontSize: 22, color: BLUE, pageBreak: 'before' });
  const bar = (width: number): Part => ({ canvas: [{ type: 'rect', x: 0, y: 0, w: width, h: 14, color: BLUE }] });
  const code = newCode();
  const shown = content.honours.map(({ title, day, note }): Part => {
    return [
      { text: title, bold: true, fontSize: 12.5 },
      { text: `${day}　${note ?? ''}`, fontSize: 9, color: GREY },
    ];
  });
  return {
    ...{ pageSize: 'A4', pageMargins: 68, defaultStyle: { font: 'noto', fontSize: 10.5 } },
    content: [
      { canvas: [{ type: 'rect', x: -68, y: -68, w: 596, h: 300, color: BLUE }] },
      { text: content.school, fontSize: 15 },
      { text: '成长档案', bold: true, fontSize: 42 },
      { text: '毕业纪念册', fontSize: 17 },
      { text: content.name, bold: true, fontSize: 26, color: BLUE },
      { text: about(content), fontSize: 12, color: GREY },
      `${content.from} — ${content.to}`,
      heading('这几年'),
      { columns: content.totals.map(({ value, label }): Part => [{ text: value, bold: true, fontSize: 22 }, label]) },
      ...content.years.map(({ year, entries }): Part => ({ columns: [`${year}　${entries}`, bar(entries * 8)] })),
      ...content.areas.map((area): Part => ({ columns: [area.name, bar(area.entries * 5), areaNote(area)] })),
      ...content.tracks.map(({ name, done, goal }) => `${name} ${done} / ${goal}`),
      heading('荣誉'),
      ...shown,
      heading('时间线'),
      ...content.terms.flatMap(({ name, entries }): Part[] => [
        { text: name, bold: true, fontSize: 13, color: BLUE },
        ...entries.map(({ day, title, note }) => `${day}　${title}　${note ?? ''}`),
      ]),
      heading('寄语'),
      { text: content.thanks, fontSize: 12 },
      { ...(heading(CLOSING) as object), alignment: 'center' },
      {
        columns: [
          { qr: `${ORIGIN}/books#${code}`, fit: 80 },
          { text: endOf(code), fontSize: 9 },
        ],
      },
    ],
  };
}

/** What /proc says of this process and of those that it has started: seconds of CPU, and MB of memory now. */
function spent(): { cpuSeconds: number; megabytes: number } {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const parent = /^PPid:\s+(\d+)/m.exec(status)?.[1];
        if (pid !== String(process.pid) && parent !== String(process.pid)) return [];
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
        return [[(Number(stat[11]) + Number(stat[12])) / 100, Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024]];
      } catch {
        return [];
      }
    });
  return {
    cpuSeconds: all.reduce((sum, [seconds]) => sum + seconds!, 0),
    megabytes: all.reduce((sum, [, megabytes]) => sum + megabytes!, 0),
  };
}

const set = what === 'pdfkit' ? await withPdfkit() : what === 'pdfmake' ? await withPdfmake() : ours;
const began = performance.now();
let [bytes, early] = [0, 0];
for (let i = 0; i < COUNT; i++) {
  bytes += (await set(contentOfStudent(i))).length;
  if (i === 99) early = spent().megabytes;
}
const { cpuSeconds, megabytes: late } = spent();
const seconds = (performance.now() - began) / 1_000;
process.stdout.write(
  `${JSON.stringify({ cpuSeconds, seconds, megabytes: { early, late }, kilobytes: bytes / COUNT / 1024 })}\n`,
);
await typesetter.onApplicationShutdown();
