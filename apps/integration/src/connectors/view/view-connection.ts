import type { Bilingual } from '#contracts';

/** Where a view of a database is, and when it is read. */
export interface ViewPull {
  database: 'postgresql' | 'mysql';
  host: string;
  port: number;
  /** Of the database. */
  name: string;
  user: string;
  /** Of a view or a table, with its schema where that is needed. Never SQL. */
  view: string;
  /** A column that is different in each row and never null: pages are read in its order. */
  key: string;
  tls: boolean;
  /** Certificate of the authority that vouches for it, in PEM; null: one that the system knows. */
  ca: string | null;
  /** Each day at this time on campus, and up to so many minutes later; null: only when somebody asks. */
  at: string | null;
  jitterMinutes: number;
}

/** How a view is reached: the address of its host was looked at, and the connection goes there. */
export interface ViewTarget {
  pull: ViewPull;
  password: string;
  address: string;
  timeZone: string;
}

/** Cells of a row as text, as the database writes them. */
export type ViewCells = (string | null)[];

/** A transaction that can only read, and sees the view as it was when it began. */
export interface ViewConnection {
  columns(): Promise<string[]>;
  /** Rows that there are. */
  count(): Promise<number>;
  /** The next rows after `after`, in the order of the key; the key is their last cell. */
  page(columns: readonly string[], after: string | undefined, limit: number): Promise<ViewCells[]>;
  close(): Promise<void>;
}

/** What a database is given for a statement. */
export const STATEMENT_MS = 60_000;
export const CONNECT_MS = 10_000;

/** The database, or what was said of it, is not as it must be: another attempt would meet the same. */
export class ViewRefused extends Error {
  constructor(readonly problem: Bilingual) {
    super('the view cannot be read');
  }
}

/** The database cannot be asked now; it may be later. */
export class ViewUnreachable extends Error {
  constructor(code: string) {
    super(`the database cannot be read (${code})`);
  }
}

const REFUSALS = {
  access: { zh: '数据库拒绝该用户登录', en: 'the database does not let the user in' },
  denied: { zh: '该用户没有读取此视图的权限', en: 'the user may not read the view' },
  database: { zh: '没有该数据库', en: 'there is no such database' },
  view: { zh: '没有该视图或表', en: 'there is no such view or table' },
  column: { zh: '视图缺少映射或键所用的列', en: 'the view lacks a column of the mapping, or its key' },
  slow: {
    zh: '查询超过 60 秒：请为键列建立索引，或缩小视图',
    en: 'a query took longer than 60 s: index its key, or make the view smaller',
  },
  writes: { zh: '该视图会写入数据，不能只读', en: 'the view writes, and cannot be read alone' },
  tls: { zh: 'TLS 连接不可信或不受支持', en: 'it has no TLS, or its certificate cannot be trusted' },
} as const satisfies Record<string, Bilingual>;

const CODES: Record<string, keyof typeof REFUSALS> = {
  ...{ '28P01': 'access', '28000': 'access', '3D000': 'database', '42P01': 'view', '3F000': 'view', '42703': 'column' },
  ...{ '42501': 'denied', '57014': 'slow', '25006': 'writes' },
  ...{ ER_ACCESS_DENIED_ERROR: 'access', ER_DBACCESS_DENIED_ERROR: 'access', ER_BAD_DB_ERROR: 'database' },
  ...{ ER_NO_SUCH_TABLE: 'view', ER_BAD_FIELD_ERROR: 'column', ER_TABLEACCESS_DENIED_ERROR: 'denied' },
  ...{ ER_COLUMNACCESS_DENIED_ERROR: 'denied', ER_VIEW_INVALID: 'view', ER_QUERY_TIMEOUT: 'slow' },
  ...{ ER_STATEMENT_TIMEOUT: 'slow', HANDSHAKE_NO_SSL_SUPPORT: 'tls', HANDSHAKE_SSL_ERROR: 'tls' },
  ...{ ERR_TLS_CERT_ALTNAME_INVALID: 'tls', DEPTH_ZERO_SELF_SIGNED_CERT: 'tls', SELF_SIGNED_CERT_IN_CHAIN: 'tls' },
  ...{ UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls', UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls', CERT_HAS_EXPIRED: 'tls' },
};

/** What a driver's error means; its text is never passed on, as it may quote a row or an address. */
export function refusalOf(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  const why =
    (code !== undefined ? CODES[code] : undefined) ??
    (message === 'The server does not support SSL connections' ? 'tls' : undefined);
  if (why) return new ViewRefused(REFUSALS[why]);
  return code === undefined ? (error as Error) : new ViewUnreachable(code);
}
