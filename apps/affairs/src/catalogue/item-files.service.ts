import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import { Database, insert, onConflict, query, sql, type Tx, update } from '#database';
import { type FieldError } from '#problems';
import { publishedItems } from './catalogue.queries.js';
import { contentFindings } from './item-check.js';
import type { ItemContent } from './item-content.js';
import { byOf, entryOf, refuse } from './item-entries.js';
import { Item } from './item.entity.js';
import { ItemCodeTaken, ItemHasDraft } from './item.problems.js';
import {
  type ExportItemsQuery,
  type ImportItemsDto,
  ImportedItemDto,
  ItemFileDto,
  ItemImportDto,
} from './item-files.dto.js';

const hasDraft = { zh: ItemHasDraft.kind.zh, en: ItemHasDraft.kind.en };

/** Items as a file: from one school to another, and back. */
@Injectable()
export class ItemFiles {
  constructor(private readonly database: Database) {}

  /** The versions in force, in a form that another school can import. */
  async export(actor: Actor, { code }: ExportItemsQuery): Promise<ItemFileDto> {
    requireSchool(actor, 'affairs:item:draft');
    const items = await publishedItems(this.database.connection, code?.length ? code : undefined);
    return Object.assign(new ItemFileDto(), { items: items.map((item) => ({ code: item.code, ...item.content })) });
  }

  /** Makes drafts of what differs from what is there. All or nothing; the same file a second time changes nothing. */
  async import(actor: Actor, { items, dryRun }: ImportItemsDto): Promise<ItemImportDto> {
    requireSchool(actor, 'affairs:item:draft');
    const entries = items.map((entry) => entryOf(entry));
    refuse(await fileFindings(entries));
    return this.database.transaction(actor, async (tx) => {
      const there = await this.lockAll(
        tx,
        entries.map(({ code }) => code),
      );
      const errors: FieldError[] = [];
      const results: ImportedItemDto[] = [];
      const by = byOf(actor);
      for (const [i, { code, content }] of entries.entries()) {
        const found = there.get(code);
        const known = found?.item.draft ?? found?.content;
        const outcome = found ? (isDeepStrictEqual(known, content) ? 'unchanged' : 'drafted') : 'created';
        if (outcome === 'drafted' && found!.item.draft) errors.push({ pointer: `#/items/${i}/code`, ...hasDraft });
        results.push(Object.assign(new ImportedItemDto(), { code, outcome }));
        if (dryRun || outcome === 'unchanged' || errors.length > 0) continue;
        const item = found?.item ?? Object.assign(new Item(), { code });
        item.write(content, by);
        if (found) await update(tx, item);
        else
          await onConflict(insert(tx, item), { item_code: () => new ItemCodeTaken({ pointer: `#/items/${i}/code` }) });
        await audit(tx, actor, { action: 'affairs.item.draft', subject: { kind: 'item', id: item.id } });
      }
      if (errors.length > 0) throw new ItemHasDraft({ errors });
      return Object.assign(new ItemImportDto(), { dryRun, items: results });
    });
  }

  private async lockAll(
    tx: Tx,
    codes: string[],
  ): Promise<Map<string, { item: Item; content: ItemContent | undefined }>> {
    await query(tx, sql`SELECT FROM affairs.item WHERE code = ANY(${codes}::text[]) ORDER BY code FOR UPDATE`);
    const items = await tx.createQueryBuilder(Item, 'i').where('i.code = ANY(:codes)', { codes }).getMany();
    const inForce = await query<{ code: string; content: ItemContent }>(
      tx,
      sql`SELECT i.code, v.content FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id AND v.number = i.number
           WHERE i.code = ANY(${codes}::text[])`,
    );
    const contents = new Map(inForce.map(({ code, content }) => [code, content]));
    return new Map(items.map((item) => [item.code, { item, content: contents.get(item.code) }]));
  }
}

/** What is wrong with the items of a file, each by itself and beside the others. */
async function fileFindings(entries: readonly { code: string; content: ItemContent }[]): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  for (const [i, { code, content }] of entries.entries()) {
    // A form takes milliseconds to compile; other requests are served in between.
    await setImmediate();
    errors.push(
      ...contentFindings(code, content).map((error) => ({
        ...error,
        pointer: error.pointer.replace('#', `#/items/${i}`),
      })),
    );
    if (entries.findIndex((other) => other.code === code) < i)
      errors.push({ pointer: `#/items/${i}/code`, zh: '重复', en: 'is used twice' });
    if (errors.length >= 100) return errors;
  }
  return errors;
}
