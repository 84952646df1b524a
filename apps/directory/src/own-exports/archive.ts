import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Bilingual, ServiceName } from '#contracts';
import type { GivenRows, OwnDataPart } from '#service';

/** What is put together of a student. */
export interface OwnParts {
  studentId: string;
  /** Campus date and time. */
  madeAt: Date;
  parts: ReadonlyMap<ServiceName, OwnDataPart>;
}

const NOTES: readonly Bilingual[] = [
  {
    zh: '本文件依据《个人信息保护法》第四十五条提供。他人的姓名与标识、只供内部使用的字段不在其内。',
    en: 'Given under article 45 of the Personal Information Protection Law. Names and ids of others, and what only the system itself reads, are not in it.',
  },
  {
    zh: '上传过的文件只列名称与校验值；内容可在各服务的 /files/{id}/content 下载。',
    en: 'Of files their names and hashes are listed; their contents can be fetched at /files/{id}/content of each service.',
  },
];

/** A ZIP of one JSON file for each table, with an index as JSON and as a page. */
export async function archiveOf(own: OwnParts): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (name: string, text: string): void => zip.addBuffer(Buffer.from(text), name, { mtime: own.madeAt });
  add('index.json', JSON.stringify(indexOf(own), null, 2));
  add('index.html', pageOf(own));
  for (const [service, { tables }] of own.parts)
    for (const table of tables.filter(({ rows }) => rows.length > 0))
      add(fileOf(service, table), JSON.stringify(table.rows, null, 2));
  zip.end();
  return buffer(zip.outputStream as Readable);
}

function fileOf(service: ServiceName, { table }: GivenRows): string {
  return `${service}/${table.split('.')[1]}.json`;
}

function indexOf({ studentId, madeAt, parts }: OwnParts): object {
  return {
    studentId,
    madeAt,
    notes: NOTES,
    services: [...parts].map(([service, { tables, withheld }]) => ({
      service,
      given: tables.map((table) => ({
        ...{ table: table.table, zh: table.zh, en: table.en, rows: table.rows.length },
        file: table.rows.length > 0 ? fileOf(service, table) : null,
        ...(table.more && { more: true }),
      })),
      withheld,
    })),
  };
}

function pageOf({ madeAt, parts }: OwnParts): string {
  const services = [...parts].map(
    ([service, { tables, withheld }]) => `<h2>${escaped(service)}</h2>
${tables
  .filter(({ rows }) => rows.length > 0)
  .map(tableOf)
  .join('\n')}
${withheld.length === 0 ? '' : `<h3>未提供的内容 / What is withheld</h3><ul>${withheld.map((one) => `<li>${escaped(one.table)}: ${escaped(one.zh)} / ${escaped(one.en)}</li>`).join('')}</ul>`}`,
  );
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>个人信息副本 / Copy of one’s own data</title>
<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}td,th{border:1px solid #999;padding:2px 6px;vertical-align:top}</style>
<h1>个人信息副本 / Copy of one’s own data</h1><p>${escaped(madeAt.toISOString())}</p>
${NOTES.map(({ zh, en }) => `<p>${escaped(zh)} ${escaped(en)}</p>`).join('\n')}
${services.join('\n')}</html>`;
}

/** Rows that the page shows of a table; all of them are in its file. */
const SHOWN = 200;

function tableOf({ zh, en, rows }: GivenRows): string {
  const columns = [...new Set(rows.slice(0, SHOWN).flatMap((row) => Object.keys(row)))];
  const head = columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const cell = (value: unknown): string =>
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const body = rows
    .slice(0, SHOWN)
    .map((row) => `<tr>${columns.map((column) => `<td>${escaped(cell(row[column]))}</td>`).join('')}</tr>`);
  return `<h3>${escaped(zh)} / ${escaped(en)} (${rows.length})</h3><table><tr>${head}</tr>${body.join('')}</table>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
