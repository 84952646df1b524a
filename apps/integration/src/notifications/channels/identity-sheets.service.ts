import { copyFile } from 'node:fs/promises';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Bilingual } from '#contracts';
import { Database, insertAll, newId, query, sql, type Tx } from '#database';
import { checkTableFile, Refused, type RowError } from '#exchange';
import type { Language, UploadedFile } from '#http';
import { BodyTooLarge } from '#problems';
import { errorSheetFile, fieldErrors } from '#service';
import { Vault } from '#vault';
import type { OuterChannel } from '../message.entity.js';
import { AddressTaken, IdentitySheetRefused } from '../notifications.problems.js';
import { ChannelIdentity, hashOfAddress, placeOfIdentity } from './channel.entity.js';
import { IdentitySheetResultDto } from './identity-sheets.dto.js';
import { IDENTITIES, type IdentityRow, type IdentitySheet, readIdentities } from './identity-sheet.js';

const MOST_BYTES = 8 * 1_048_576;

const NO_PERSON: Bilingual = { zh: '没有此学号或工号的在册人员', en: 'No active person has this number' };
const TWO_PEOPLE: Bilingual = {
  zh: '学生与教职工各有一人用此号，请逐人设置',
  en: 'is the number of a student and of a staff member: set it by person',
};

interface Found {
  line: number;
  /** Those with the number; active ones where an address is given. */
  people: string[];
}

interface Stored {
  id: string;
  personId: string;
  channel: OuterChannel;
  sealed: Buffer;
  hash: string;
}

interface Plan {
  /** What is replaced or goes. */
  remove: string[];
  add: { personId: string; channel: OuterChannel; address: string; hash: string }[];
  result: IdentitySheetResultDto;
}

/** Who people are at channels, from a sheet: all of its rows or none, and the same sheet twice changes nothing the second time. */
@Injectable()
export class IdentitySheets {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Throws IdentitySheetRefused with what is wrong, row by row; then nothing was written. */
  async bringIn(actor: Actor, file: UploadedFile, dryRun: boolean): Promise<IdentitySheetResultDto> {
    const action = `integration.channel-identity.${dryRun ? 'import-dry-run' : 'import'}`;
    const { rows, errors, done } = await this.judged(file, (sheet) =>
      this.database.transaction(actor, async (tx) => {
        // One sheet after the other, and no single address meanwhile: what is compared must hold when it is written.
        if (!dryRun) await query(tx, sql`LOCK TABLE integration.channel_identity IN SHARE ROW EXCLUSIVE MODE`);
        const plan = await this.plan(tx, sheet);
        if (!dryRun) await this.write(tx, plan);
        await auditAt(tx, actor, sheet.rows, action);
        return Object.assign(plan.result, { dryRun });
      }),
    );
    if (done) return done;
    // What is wrong says whose addresses are taken.
    await auditAt(this.database.connection, actor, rows, `${action}-refused`);
    throw new IdentitySheetRefused({ errors: fieldErrors(errors) });
  }

  /** The sheet with what is wrong with each row in a last column, as it was sent; writes nothing. */
  async check(actor: Actor, file: UploadedFile, language: Language): Promise<StreamableFile> {
    const { rows, errors } = await this.judged(file, (sheet) => this.database.read((tx) => this.plan(tx, sheet)));
    await auditAt(this.database.connection, actor, rows, 'integration.channel-identity.check');
    const { columns } = IDENTITIES;
    return errorSheetFile((path) => copyFile(file.path, path), errors, { columns, language, rows: 'all' });
  }

  /** Reads a sheet, before anything is locked, and does something with it; `done` is missing where it was refused. */
  private async judged<T>(
    file: UploadedFile,
    work: (sheet: IdentitySheet) => Promise<T>,
  ): Promise<{ rows: IdentityRow[]; errors: RowError[]; done?: T }> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
    await checkTableFile(file.path);
    let rows: IdentityRow[] = [];
    try {
      const sheet = await readIdentities(file.path);
      rows = sheet.rows;
      return { rows, errors: [], done: await work(sheet) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { rows, errors: error.errors };
    }
  }

  /** Throws Refused where anything is wrong. */
  private async plan(tx: Tx, { rows, errors, report }: IdentitySheet): Promise<Plan> {
    const people = await peopleOf(tx, rows);
    const lines = new Map<string, number>();
    const wanted = rows.flatMap((row) => {
      const found = people.get(row.line) ?? [];
      if (found.length !== 1) {
        report(row.line, 'number', found.length === 0 ? NO_PERSON : TWO_PEOPLE);
        return [];
      }
      const personId = found[0]!;
      const earlier = lines.get(keyOf(personId, row.channel));
      if (earlier !== undefined) report(row.line, 'number', repeats(earlier));
      lines.set(keyOf(personId, row.channel), row.line);
      const hash = row.address === null ? null : hashOfAddress(this.vault, row.channel, row.address);
      return [{ ...row, personId, hash }];
    });
    const stored = await storedOf(tx, wanted);
    const own = new Map(stored.map((row) => [keyOf(row.personId, row.channel), row]));
    // An address that its owner keeps is taken; one that its owner gives up in this sheet is free.
    const taken = new Map(
      stored
        .filter(({ personId, channel }) => !lines.has(keyOf(personId, channel)))
        .map(({ hash, channel }) => [keyOf(hash, channel), 0]),
    );
    const plan: Plan = { remove: [], add: [], result: new IdentitySheetResultDto() };
    for (const { line, personId, channel, address, hash } of wanted) {
      const known = own.get(keyOf(personId, channel));
      if (address === null || hash === null) {
        if (known) plan.remove.push(known.id);
        plan.result[known ? 'removed' : 'unchanged']++;
        continue;
      }
      const other = taken.get(keyOf(hash, channel));
      if (other !== undefined) report(line, 'address', other === 0 ? TAKEN : repeats(other));
      taken.set(keyOf(hash, channel), line);
      if (known && this.vault.open(placeOfIdentity(known.id), known.sealed) === address) plan.result.unchanged++;
      else {
        if (known) plan.remove.push(known.id);
        plan.add.push({ personId, channel, address, hash });
        plan.result[known ? 'changed' : 'created']++;
      }
    }
    errors.refuse();
    return plan;
  }

  /** What goes is deleted before anything is added: people may have changed addresses with each other. */
  private async write(tx: Tx, { remove, add }: Plan): Promise<void> {
    await query(tx, sql`DELETE FROM integration.channel_identity WHERE id = ANY(${remove}::uuid[])`);
    await insertAll(
      tx,
      add.map(({ personId, channel, address, hash }) => {
        const id = newId();
        const sealedAddress = this.vault.seal(placeOfIdentity(id), address);
        return Object.assign(new ChannelIdentity(), {
          ...{ id, personId, channel, sealedAddress, addressHash: hash, source: 'school' },
        });
      }),
    );
  }
}

const TAKEN: Bilingual = new AddressTaken().text;

function repeats(line: number): Bilingual {
  return { zh: `与第 ${line} 行重复`, en: `repeats line ${line}` };
}

function keyOf(owner: string, channel: OuterChannel): string {
  return `${channel} ${owner}`;
}

/** Who has the number of each line. An address may be taken from somebody who has left, but not given. */
async function peopleOf(tx: Tx, rows: readonly IdentityRow[]): Promise<Map<number, string[]>> {
  const given = rows.map(({ line, number, address }) => ({ line, number, removes: address === null }));
  const found = await query<Found>(
    tx,
    sql`SELECT r.line, array_agg(p.id::text) AS people
          FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS r(line int, number text, removes boolean)
          JOIN directory.published_person_v1 p ON p.number = r.number AND (p.active OR r.removes) AND p.merged_into IS NULL
         GROUP BY r.line`,
  );
  return new Map(found.map(({ line, people }) => [line, people]));
}

/** The addresses of the people at the channels, and whoever has one of those that are wanted. */
async function storedOf(
  tx: Tx,
  wanted: readonly { personId: string; channel: OuterChannel; hash: string | null }[],
): Promise<Stored[]> {
  return query<Stored>(
    tx,
    sql`WITH w AS (SELECT * FROM jsonb_to_recordset(${JSON.stringify(wanted.map(({ personId, channel, hash }) => ({ personId, channel, hash })))}::jsonb)
                                AS w("personId" uuid, channel text, hash text)),
             found AS (SELECT i.id FROM w JOIN integration.channel_identity i ON i.person_id = w."personId" AND i.channel = w.channel
                       UNION SELECT i.id FROM w JOIN integration.channel_identity i ON i.address_hash = w.hash AND i.channel = w.channel)
        SELECT i.id, i.person_id AS "personId", i.channel, i.sealed_address AS sealed, i.address_hash AS hash
          FROM found JOIN integration.channel_identity i USING (id)`,
  );
}

/** An entry for each channel that the sheet names. */
async function auditAt(tx: Tx, actor: Actor, rows: readonly IdentityRow[], action: string): Promise<void> {
  const keys = [...new Set(rows.map(({ channel }) => channel))];
  const channels = await query<{ id: string }>(
    tx,
    sql`SELECT id FROM integration.channel WHERE key = ANY(${keys}::text[]) ORDER BY key`,
  );
  for (const { id } of channels) await audit(tx, actor, { action, subject: { kind: 'channel', id } });
}
