import { Injectable } from '@nestjs/common';
import { type Actor, audit, requireSchool } from '#auth';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  query,
  queryOne,
  sql,
  type Sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { itemAt, knownFieldsOf, type KnownStudent } from './catalogue.queries.js';
import { eligibilityOf } from './eligibility.js';
import { contentFindings, schoolFindings } from './item-check.js';
import type { ItemContent } from './item-content.js';
import { differences } from './item-diff.js';
import { byOf, entryOf, plain, refuse } from './item-entries.js';
import { Item } from './item.entity.js';
import { ItemCodeTaken, ItemPersonNeeded, ItemSecondPersonNeeded } from './item.problems.js';
import { soundsOf, typed } from './item-sounds.js';
import {
  ItemChangeDto,
  ItemDiffDto,
  type ItemDiffQuery,
  ItemDraftDto,
  type ItemFileEntry,
  ItemFindingsDto,
  ItemVersionDto,
  type ItemVersionsQuery,
} from './item-versions.dto.js';
import { type ForCaller, ItemDetailDto, ItemDto, type ItemRow, type ItemsQuery } from './items.dto.js';
import { prefilledOf } from './prefilled.js';
import { type Served, Servings } from './serving.js';

const OFFERED = sql`i.number IS NOT NULL AND i.retired_at IS NULL`;
const COLUMNS = sql`i.id, i.code, i.number, i.retired_at AS "retiredAt", i.version,
  (SELECT u.name FROM directory.published_unit_v1 u
    WHERE u.code = c.content->>'owner' AND u.kind IN ('department', 'school', 'college', 'academy') AND u.active ORDER BY u.kind <> 'department' LIMIT 1) AS "ownerName"`;

/** The service catalogue (服务事项): what students may apply to, as versioned data. A version is published by whoever did not write it. */
@Injectable()
export class Items {
  constructor(
    private readonly database: Database,
    private readonly servings: Servings,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ItemsQuery): Promise<Page<ItemDto>> {
    const { code, module, area, kind, channel, owner, q, forMe, status } = request;
    const ofDraft = status === 'draft';
    const of = (name: string): Sql => sql`(c.content->>${name})`;
    return this.database.read(async (tx) =>
      list(tx, request, {
        select: sql`${COLUMNS}, c.content - '{form,steps,eligibility,materials}'::text[] AS content,
                    ${this.maySeeDrafts(actor)} AND i.draft IS NOT NULL AS "hasDraft"`,
        from: sql`affairs.item i LEFT JOIN affairs.item_version v ON v.item_id = i.id AND v.number = i.number
                  CROSS JOIN LATERAL (SELECT CASE WHEN ${ofDraft} THEN i.draft ELSE v.content END AS content) c`,
        where: [
          {
            offered: OFFERED,
            retired: sql`i.retired_at IS NOT NULL`,
            draft: sql`i.draft IS NOT NULL AND ${this.maySeeDrafts(actor)}`,
          }[status],
          anyOf(sql`i.code`, code),
          anyOf(of('module'), module),
          anyOf(of('area'), area),
          anyOf(of('kind'), kind),
          anyOf(of('owner'), owner),
          channel?.length ? sql`c.content->'channels' ?| ${channel}::text[]` : undefined,
          q === undefined ? undefined : named(q),
          forMe ? sql`i.code = ANY(${await this.concerning(tx, actor)}::text[])` : undefined,
        ],
        sorts: { code: sql`i.code`, name: sql`(c.content->'name'->>'zh')` },
        defaultSort: 'code',
        id: sql`i.id`,
        to: (row: ItemRow) => ItemDto.from(row, this.servings),
      }),
    );
  }

  /** A version of an item, the one in force unless told, with what it means for the caller. */
  async get(actor: Actor, id: string, number?: number): Promise<ItemDetailDto> {
    return this.database.read(async (tx) => {
      const row = await queryOne<ItemRow>(
        tx,
        sql`SELECT ${COLUMNS}, c.content, ${this.maySeeDrafts(actor)} AND i.draft IS NOT NULL AS "hasDraft"
              FROM affairs.item i JOIN affairs.item_version c ON c.item_id = i.id AND c.number = coalesce(${number ?? null}::int, i.number)
             WHERE i.id = ${id}`,
      );
      if (!row) throw new NotFound({ what: 'item' });
      return ItemDetailDto.of(row, this.servings, await this.forCaller(tx, actor, row));
    });
  }

  async versions(id: string, request: ItemVersionsQuery): Promise<Page<ItemVersionDto>> {
    return list(this.database.connection, request, {
      select: sql`v.number, v.drafted_by AS "draftedBy", v.published_by AS "publishedBy", v.published_at AS "publishedAt"`,
      from: sql`affairs.item_version v`,
      where: [sql`v.item_id = ${id}`],
      sorts: { number: sql`v.number` },
      defaultSort: '-number',
      id: sql`v.item_id`,
      to: ItemVersionDto.from,
    });
  }

  /** Where a version differs from another, or from the draft. */
  async diff(actor: Actor, id: string, { from, to }: ItemDiffQuery): Promise<ItemDiffDto> {
    return this.database.read(async (tx) => {
      const item = await tx.findOneBy(Item, { id });
      const [before, after] = item
        ? await Promise.all([itemAt(tx, item.code, from), to === undefined ? undefined : itemAt(tx, item.code, to)])
        : [];
      const draft = to === undefined && this.readsDrafts(actor) ? item?.draft : undefined;
      const [one, other] = [before?.content, after?.content ?? draft];
      if (!one || !other) throw new NotFound({ what: 'item' });
      const changes = differences(one, other).map((difference) =>
        Object.assign(new ItemChangeDto(), {
          ...{ pointer: difference.pointer, before: jsonOf(difference.before), after: jsonOf(difference.after) },
        }),
      );
      return Object.assign(new ItemDiffDto(), { changes });
    });
  }

  async draftOf(actor: Actor, id: string): Promise<ItemDraftDto> {
    if (!this.readsDrafts(actor)) throw new NotFound({ what: 'item' });
    return ItemDraftDto.from(await this.find(this.database.connection, id));
  }

  draft(actor: Actor, entry: ItemFileEntry): Promise<ItemDraftDto> {
    requireSchool(actor, 'affairs:item:draft');
    return this.database.transaction(actor, async (tx) => {
      const { code, content } = checked(entry);
      const item = Object.assign(new Item(), { code });
      item.write(content, byOf(actor));
      await onConflict(insert(tx, item), { item_code: () => new ItemCodeTaken({ pointer: '#/code' }) });
      return this.answer(tx, actor, item, 'draft');
    });
  }

  /** Replaces the draft, or begins one. */
  write(actor: Actor, id: string, expected: number, body: ItemContent): Promise<ItemDraftDto> {
    requireSchool(actor, 'affairs:item:draft');
    return this.change(actor, id, expected, 'draft', (item) => {
      const content = plain(body);
      refuse(contentFindings(item.code, content));
      item.write(content, byOf(actor));
    });
  }

  /** Discards the draft; an item that was never published goes with it. */
  discard(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, 'affairs:item:draft');
    return this.database.transaction(actor, async (tx) => {
      const item = await this.find(tx, id, expected);
      item.discardDraft();
      if (item.number === null) await query(tx, sql`DELETE FROM affairs.item WHERE id = ${id}`);
      else await update(tx, item, expected);
      await this.note(tx, actor, item, 'discard');
    });
  }

  /** What speaks against publishing this content, in this school and today. */
  async check(actor: Actor, { code, ...content }: ItemFileEntry): Promise<ItemFindingsDto> {
    requireSchool(actor, 'affairs:item:draft');
    return this.database.read(async (tx) => this.findings(tx, code, plain(content)));
  }

  /** The same of the draft, or where there is none of the version in force: a school changes after an item was published. */
  async checkStored(actor: Actor, id: string): Promise<ItemFindingsDto> {
    if (!this.readsDrafts(actor)) throw new NotFound({ what: 'item' });
    return this.database.read(async (tx) => {
      const { code, draft, number } = await this.find(tx, id);
      return this.findings(tx, code, draft ?? (await itemAt(tx, code, number!))!.content);
    });
  }

  /** Puts the draft in force, by a person who wrote nothing of it. Applications under way keep to their version. */
  async publish(actor: Actor, id: string, expected: number): Promise<ItemDraftDto> {
    requireSchool(actor, 'affairs:item:publish');
    const { personId } = actor;
    if (personId === undefined) throw new ItemPersonNeeded();
    return this.database.transaction(actor, async (tx) => {
      const item = await this.find(tx, id, expected);
      const content = item.requireDraft();
      const { findings } = await this.findings(tx, item.code, content);
      refuse(findings, '#/draft');
      item.publish(personId);
      // From the row itself, so that who wrote it is what the table compares.
      const version = query(
        tx,
        sql`INSERT INTO affairs.item_version (item_id, number, content, drafted_by, published_by, published_at, sounds)
            SELECT id, coalesce(number, 0) + 1, draft, drafted_by, ${personId}, ${this.clock.now()}, ${soundsOf(content.name.zh)}::text[]
              FROM affairs.item WHERE id = ${id}`,
      );
      await onConflict(version, { item_second_person: () => new ItemSecondPersonNeeded() });
      await update(tx, item, expected);
      return this.answer(tx, actor, item, 'publish');
    });
  }

  retire(actor: Actor, id: string, expected: number): Promise<ItemDraftDto> {
    requireSchool(actor, 'affairs:item:publish');
    return this.change(actor, id, expected, 'retire', (item) => item.retire(byOf(actor), this.clock.now()));
  }

  restore(actor: Actor, id: string, expected: number): Promise<ItemDraftDto> {
    requireSchool(actor, 'affairs:item:publish');
    return this.change(actor, id, expected, 'restore', (item) => item.restore());
  }

  private async change(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    apply: (item: Item) => void,
  ): Promise<ItemDraftDto> {
    return this.database.transaction(actor, async (tx) => {
      const item = await this.find(tx, id, expected);
      apply(item);
      await update(tx, item, expected);
      return this.answer(tx, actor, item, action);
    });
  }

  /** The item, locked and of the expected version where one is expected. */
  private async find(tx: Tx, id: string, expected?: number): Promise<Item> {
    const lock = expected === undefined ? {} : { lock: 'update' as const };
    const item = await findInScope(tx, Item, id, { alias: 'i', where: sql`TRUE`, ...lock });
    if (!item) throw new NotFound({ what: 'item' });
    if (expected !== undefined && item.version !== expected) throw new StaleVersionError();
    return item;
  }

  private async findings(tx: Tx, code: string, content: ItemContent): Promise<ItemFindingsDto> {
    const own = contentFindings(code, content);
    const [ofSchool = []] = own.length > 0 ? [] : await schoolFindings(tx, [{ code, content }], this.clock.today());
    const ofPlace = own.length > 0 ? [] : await this.servings.findings(tx, content, this.policies, this.clock.today());
    const findings = [...own, ...ofSchool, ...ofPlace].map(({ pointer, zh, en }) => ({ pointer, zh, en }));
    return Object.assign(new ItemFindingsDto(), { findings });
  }

  private async forCaller(tx: Tx, actor: Actor, { content, retiredAt }: ItemRow): Promise<ForCaller> {
    const today = this.clock.today();
    const known = this.isStudent(actor) ? await knownFieldsOf(tx, actor.personId!, today) : undefined;
    if (!known) return { prefilled: {}, eligibility: [], openings: [], mayApply: null };
    const eligibility = eligibilityOf(content, known.student, today);
    const prefilled = prefilledOf(content, known).map(({ field, value }) => [field, value] as const);
    const openings = (await this.servings.openings(tx, this.served(actor, known), [content]))(content);
    const open = content.servedAt === undefined ? content.channels.includes('online') : openings.length > 0;
    const mayApply = !retiredAt && open && eligibility.every(({ ok }) => ok);
    return { prefilled: Object.fromEntries(prefilled), eligibility, openings, mayApply };
  }

  private served(actor: Actor, { student }: KnownStudent): Served {
    const { policies, clock } = this;
    return { actor, studentId: actor.personId!, student, policies, today: clock.today() };
  }

  /** Codes of what a student may apply to and this month is for, or is open to them elsewhere; of what posts of staff sign. */
  private async concerning(tx: Tx, actor: Actor): Promise<string[]> {
    const today = this.clock.today();
    const month = Number(today.slice(5, 7));
    const items = await query<{ code: string; content: ItemContent }>(
      tx,
      sql`SELECT i.code, v.content - 'form' AS content FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id AND v.number = i.number
           WHERE ${OFFERED}`,
    );
    const known = this.isStudent(actor) ? await knownFieldsOf(tx, actor.personId!, today) : undefined;
    const posts = new Set<string>(actor.scopesByPost('affairs:item:read').keys());
    const contents = items.map(({ content }) => content);
    const openTo = known && (await this.servings.openings(tx, this.served(actor, known), contents));
    const mine = items.filter(({ content: { channels, months, steps, ...content } }) => {
      const inMonth = months.length === 0 || months.includes(month);
      const openings = openTo?.(content) ?? [];
      // What is open to this student now concerns them in whichever month it is.
      const now =
        content.servedAt === undefined
          ? channels.includes('online') && inMonth
          : openings.some(({ id }) => id !== null || inMonth);
      if (known && now && eligibilityOf(content, known.student, today).every(({ ok }) => ok)) return true;
      return steps.some(({ signers }) => signers.some(({ by, post }) => by === 'post' && post && posts.has(post)));
    });
    return mine.map(({ code }) => code);
  }

  private isStudent(actor: Actor): boolean {
    return actor.personId !== undefined && actor.scopeOf('affairs:item:read').personId === actor.personId;
  }

  private readsDrafts(actor: Actor): boolean {
    return (['affairs:item:draft', 'affairs:item:publish'] as const).some((one) => actor.scopeOf(one).school);
  }

  private maySeeDrafts(actor: Actor): Sql {
    return sql`${this.readsDrafts(actor)}::boolean`;
  }

  private async answer(tx: Tx, actor: Actor, item: Item, action: string): Promise<ItemDraftDto> {
    await this.note(tx, actor, item, action);
    return ItemDraftDto.from(item);
  }

  private note(tx: Tx, actor: Actor, { id }: Item, action: string): Promise<void> {
    return audit(tx, actor, { action: `affairs.item.${action}`, subject: { kind: 'item', id } });
  }
}

/** SQL predicate: is an item named so, in Chinese, by sound, or in English? */
function named(text: string): Sql {
  const sound = typed(text);
  const bySound = /^[\p{Script=Latin}\p{Mark}\d\s'’]+$/u.test(text) && sound !== '';
  return sql`(strpos(c.content->'name'->>'zh', ${text}) > 0 OR strpos(lower(c.content->'name'->>'en'), lower(${text})) > 0
    OR (${bySound} AND EXISTS (SELECT FROM unnest(v.sounds) AS sound WHERE starts_with(sound, ${sound}))))`;
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function checked(entry: ItemFileEntry): { code: string; content: ItemContent } {
  const given = entryOf(entry);
  refuse(contentFindings(given.code, given.content));
  return given;
}
