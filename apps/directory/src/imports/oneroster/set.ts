import { readCsv, type RowErrors, type TableLine } from '#exchange';
import type { SetFile } from '../zip.js';
import {
  CLASSES,
  COURSES,
  DEMOGRAPHICS,
  ENROLLMENTS,
  FILE_NAMES,
  NEW_IN_1_2,
  type FileSpec,
  ORGS,
  ROLES_1_2,
  SESSIONS,
  USER_PROFILES,
  USERS_1_1,
  USERS_1_2,
} from './files.js';

/** A file of the set whose header is right. */
export interface OpenFile {
  file: SetFile;
  spec: FileSpec;
  /** Its actual header, extension columns included. */
  header: string[];
}

const READ = [
  ORGS,
  SESSIONS,
  COURSES,
  CLASSES,
  USER_PROFILES,
  ROLES_1_2,
  DEMOGRAPHICS,
  USERS_1_2,
  USERS_1_1,
  ENROLLMENTS,
];
const USED = [...new Set(READ.map(({ name }) => name))];
const MANIFEST = 'manifest.csv';

/**
 * Checks the manifest and the header of every file that is read. Returns the files to read, by name;
 * gradebook and resource files may be there and are left alone. Whatever is wrong goes to `findings`.
 */
export async function openSet(files: SetFile[], findings: RowErrors): Promise<Map<string, OpenFile>> {
  const open = new Map<string, OpenFile>();
  for (const name of await bulkFiles(files, findings)) {
    const file = files.find((one) => one.name === `${name}.csv`);
    if (!file)
      findings.add(MANIFEST, 1, undefined, {
        zh: `清单列有 ${name}.csv，但压缩包中没有`,
        en: `names ${name}.csv, which is not in the ZIP`,
      });
    else if (USED.includes(name)) {
      const opened = await openFile(file, findings);
      if (opened) open.set(name, opened);
    }
  }
  return open;
}

/** The files that the manifest sends in bulk. */
async function bulkFiles(files: SetFile[], findings: RowErrors): Promise<string[]> {
  for (const { name } of files) {
    if (name === MANIFEST || FILE_NAMES.some((known) => `${known}.csv` === name)) continue;
    const en = name.includes('/') ? 'files must not be in a folder of the ZIP' : 'is no file of OneRoster CSV 1.2';
    findings.add(name.slice(0, 100), 1, undefined, {
      zh: name.includes('/') ? '压缩包内不能有文件夹' : '不是 OneRoster CSV 1.2 的文件',
      en,
    });
  }
  const manifest = files.find(({ name }) => name === MANIFEST);
  if (!manifest) {
    findings.add(MANIFEST, 1, undefined, {
      zh: '压缩包中缺少 manifest.csv',
      en: 'manifest.csv is missing from the ZIP',
    });
    return [];
  }
  const said = new Map<string, string>();
  for await (const records of readCsv(manifest.path, manifest.encoding)) {
    for (const { line, cells, broken } of records) {
      const [property = '', value = ''] = cells;
      if (said.size === 0) {
        said.set('', '');
        if (cells.join() === 'propertyName,value') continue;
        findings.add(MANIFEST, line, undefined, {
          zh: '表头必须是 propertyName,value',
          en: 'the header must be propertyName,value',
        });
      } else if (broken || cells.length !== 2 || said.has(property)) {
        findings.add(MANIFEST, line, 'propertyName', {
          zh: '每行必须是不重复的属性名和值',
          en: 'each row must be a property, once, and its value',
        });
      } else {
        said.set(property, value);
        const problem = manifestProblem(property, value, files);
        if (problem) findings.add(MANIFEST, line, problem.column, problem);
      }
    }
  }
  const required = [
    'manifest.version',
    'oneroster.version',
    ...namesOf(said.get('oneroster.version')).map((name) => `file.${name}`),
  ];
  for (const property of required) {
    if (!said.has(property))
      findings.add(MANIFEST, 1, 'propertyName', { zh: `缺少 ${property}`, en: `${property} is missing` });
  }
  const bulk = FILE_NAMES.filter((name) => said.get(`file.${name}`) === 'bulk');
  if (!bulk.some((name) => USED.includes(name))) {
    findings.add(MANIFEST, 1, 'value', { zh: '没有任何可导入的文件', en: 'there is no file to import' });
  }
  return bulk;
}

/** The files that a manifest must name. */
function namesOf(version: string | undefined): string[] {
  return version === '1.1' ? FILE_NAMES.filter((name) => !NEW_IN_1_2.has(name)) : FILE_NAMES;
}

function manifestProblem(
  property: string,
  value: string,
  files: SetFile[],
): { column: string; zh: string; en: string } | undefined {
  const expected: Record<string, string[]> = { 'manifest.version': ['1.0'], 'oneroster.version': ['1.2', '1.1'] };
  if (property in expected) {
    const right = expected[property]!;
    const listed = right.join(', ');
    return right.includes(value) ? undefined : { column: 'value', zh: `必须是 ${listed}`, en: `must be ${listed}` };
  }
  if (property.startsWith('source.')) return undefined;
  const name = FILE_NAMES.find((known) => `file.${known}` === property);
  if (!name) return { column: 'propertyName', zh: '未知的属性', en: 'is not a property of a manifest' };
  if (value === 'delta')
    return { column: 'value', zh: '只接受全量（bulk），不接受增量', en: 'only bulk sets are accepted, no delta' };
  if (value !== 'bulk' && value !== 'absent')
    return { column: 'value', zh: '必须是 bulk 或 absent', en: 'must be bulk or absent' };
  if (value === 'absent' && files.some((file) => file.name === `${name}.csv`)) {
    return {
      column: 'value',
      zh: `清单写明没有 ${name}.csv，但压缩包中有`,
      en: `says there is no ${name}.csv, but the ZIP has one`,
    };
  }
  return undefined;
}

async function openFile(file: SetFile, findings: RowErrors): Promise<OpenFile | undefined> {
  let header: string[] = [];
  for await (const [first] of readCsv(file.path, file.encoding)) {
    if (!first) continue;
    if (first.broken) {
      findings.add(file.name, 1, undefined, first.broken === 'quotes' ? QUOTES : BYTES);
      return undefined;
    }
    header = first.cells.map((cell) => cell.trim());
    break;
  }
  const specs = READ.filter(({ name }) => `${name}.csv` === file.name);
  const fits = (spec: FileSpec): boolean =>
    spec.header.every((column, at) => header[at] === column) &&
    header.slice(spec.header.length).every((column) => column.startsWith('metadata.'));
  const spec = specs.find(fits);
  if (spec) return { file, spec, header };
  const [wanted] = specs as [FileSpec];
  const at = wanted.header.findIndex((column, index) => header[index] !== column);
  const column =
    at === -1
      ? header.find((name, i) => i >= wanted.header.length && !name.startsWith('metadata.'))
      : (header[at] ?? wanted.header[at]);
  findings.add(file.name, 1, column?.slice(0, 100), {
    zh: at === -1 ? '附加列必须以 metadata. 开头' : `第 ${at + 1} 列的表头应为 ${wanted.header[at]}`,
    en:
      at === -1
        ? 'further columns must begin with metadata.'
        : `the header of column ${at + 1} must be ${wanted.header[at]}`,
  });
  return undefined;
}

/** A row whose cells were checked: `values` of the spec's columns, '' where blank or wrong. `n` counts the file's rows. */
export interface Row {
  n: number;
  line: number;
  sourcedId: string;
  values: string[];
}

const TWICE = { zh: 'sourcedId 在文件中重复', en: 'the sourcedId occurs twice in the file' };
const NO_ID = { zh: '不能为空', en: 'must not be blank' };
const NOT_BULK = { zh: '全量文件中必须为空', en: 'must be blank in a bulk file' };
const QUOTES = { zh: '引号不成对', en: 'quotation marks do not pair up' };
const BYTES = { zh: '含有无法识别的字节', en: 'has bytes that are no text in the encoding of the file' };

/** The rows of a file, each sourcedId once; `ids` becomes sourcedId → n, for references. */
export async function* checkedRows(
  { file, spec, header }: OpenFile,
  ids: Map<string, number>,
  findings: RowErrors,
): AsyncGenerator<Row[]> {
  const columns = Object.entries(spec.columns).map(([name, check]) => ({ name, check, at: header.indexOf(name) }));
  let atHeader = true;
  for await (const records of readCsv(file.path, file.encoding)) {
    const rows: Row[] = [];
    for (const record of atHeader ? records.slice(1) : records) {
      const { line, cells } = record;
      const whole = isWhole(record, file.name, header.length, findings);
      const sourcedId = cells[0]?.trim() ?? '';
      if (sourcedId === '' || ids.has(sourcedId)) {
        if (whole) findings.add(file.name, line, 'sourcedId', sourcedId === '' ? NO_ID : TWICE);
        continue;
      }
      // A row that is not whole counts all the same, or whatever refers to it would be an error too.
      const n = ids.size;
      ids.set(sourcedId, n);
      if (!whole) continue;
      if (cells[1] !== '') findings.add(file.name, line, 'status', NOT_BULK);
      if (cells[2] !== '') findings.add(file.name, line, 'dateLastModified', NOT_BULK);
      const values: string[] = [];
      for (const { name, check, at } of columns) {
        const value = at === -1 ? '' : cells[at]!.trim();
        const problem = check(value);
        if (problem) findings.add(file.name, line, name, problem);
        values.push(problem ? '' : value);
      }
      rows.push({ n, line, sourcedId, values });
    }
    if (records.length > 0) atHeader = false;
    yield rows;
  }
}

function isWhole({ line, cells, broken }: TableLine, file: string, width: number, findings: RowErrors): boolean {
  if (broken) findings.add(file, line, undefined, broken === 'quotes' ? QUOTES : BYTES);
  else if (cells.length !== width) {
    const zh = `应有 ${width} 列，实有 ${cells.length} 列`;
    findings.add(file, line, undefined, { zh, en: `must have ${width} cells, but has ${cells.length}` });
  } else return true;
  return false;
}
