import type { Bilingual } from '#contracts';
import { type Column, number, RowErrors, Table, type TableSpec } from '#exchange';
import { OUTER_CHANNELS } from '../kind-channels.dto.js';
import type { OuterChannel } from '../message.entity.js';
import { ADDRESSES } from './channel-settings.js';

/** Who a person is at a channel, as a row of a sheet says it. */
export interface IdentityRow {
  line: number;
  /** 学号 or 工号. */
  number: string;
  channel: OuterChannel;
  /** None: the person has no address there any more. */
  address: string | null;
}

const NO_CHANNEL: Bilingual = {
  zh: `应为 ${labels('、', ({ zh }) => zh)}`,
  en: `must be one of ${labels(', ', (_, key) => key)}`,
};
const NO_ADDRESS: Bilingual = { zh: '不是该渠道的标识', en: 'is no address of the channel' };

const COLUMNS = {
  number: { zh: '学工号', also: ['学号', '工号', '学号/工号', 'student_number', 'staff_number'], check: number },
  channel: { zh: '渠道', also: ['消息渠道'], check: (value) => (channelOf(value) ? undefined : NO_CHANNEL) },
  address: { zh: '标识', also: ['渠道标识', '地址', 'userid', '邮箱', 'email'] },
} as const satisfies Record<string, Column>;
type Name = keyof typeof COLUMNS;

/** A sheet of addresses: all of the columns, in any order. */
export const IDENTITIES: TableSpec<Name> = {
  name: 'identities',
  columns: COLUMNS,
  required: Object.keys(COLUMNS) as Name[],
  maxRows: 20_000,
};

/** The rows that are right by themselves, and what is wrong so far. */
export interface IdentitySheet {
  rows: IdentityRow[];
  errors: RowErrors;
  /** Says what else is wrong with a row, and with which column. */
  report: (line: number, column: Name, text: Bilingual) => void;
}

/** Reads a sheet. Throws Refused for what is no such sheet. */
export async function readIdentities(path: string): Promise<IdentitySheet> {
  const errors = new RowErrors();
  const table = await Table.open(path, IDENTITIES, errors);
  const report: IdentitySheet['report'] = (line, column, text) => errors.add(table.file, line, column, text);
  const rows: IdentityRow[] = [];
  for await (const part of table.rows())
    for (const { line, cells } of part) {
      const channel = channelOf(cells.channel)!;
      const address = cells.address || null;
      if (address !== null && !ADDRESSES[channel].test(address)) report(line, 'address', NO_ADDRESS);
      else rows.push({ line, number: cells.number, channel, address });
    }
  return { rows, errors, report };
}

const ALSO: Record<string, OuterChannel> = { 邮箱: 'email', 邮件: 'email', mail: 'email', 'e-mail': 'email' };

/** The channel that a cell names by its key or by a label. */
function channelOf(text: string): OuterChannel | undefined {
  const name = text.toLowerCase();
  const found = Object.entries(OUTER_CHANNELS).find(([key, { zh, en }]) => [key, zh, en.toLowerCase()].includes(name));
  return (found?.[0] as OuterChannel | undefined) ?? ALSO[name];
}

function labels(separator: string, said: (label: Bilingual, key: string) => string): string {
  return Object.entries(OUTER_CHANNELS)
    .map(([key, label]) => said(label, key))
    .join(separator);
}
