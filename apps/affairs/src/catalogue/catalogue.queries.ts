import { query, queryOne, sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import type { EligibleStudent } from './eligibility.js';
import type { ItemContent, KNOWN_FIELDS } from './item-content.js';

/** A version of an item. Of an item's code and a version's number there is one content, for ever. */
export interface PublishedItem {
  code: string;
  version: number;
  content: ItemContent;
}

/** The version of an item that new applications are made to; undefined when there is none, or the item is retired. */
export async function publishedItem(tx: Tx, code: string): Promise<PublishedItem | undefined> {
  return (await publishedItems(tx, [code]))[0];
}

/** The same of several items, or of all, by their codes. */
export async function publishedItems(tx: Tx, codes?: readonly string[]): Promise<PublishedItem[]> {
  return query(
    tx,
    sql`SELECT i.code, v.number AS version, v.content
          FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id AND v.number = i.number
         WHERE i.retired_at IS NULL AND (${codes ?? null}::text[] IS NULL OR i.code = ANY(${codes ?? null}::text[])) ORDER BY i.code`,
  );
}

/** A version of an item, in force or not: what an application was made to. */
export async function itemAt(tx: Tx, code: string, version: number): Promise<PublishedItem | undefined> {
  return queryOne(
    tx,
    sql`SELECT i.code, v.number AS version, v.content
          FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id WHERE i.code = ${code} AND v.number = ${version}`,
  );
}

/** What is known of a student on a date: values for prefilled fields, and what conditions ask for. */
export interface KnownStudent {
  fields: Partial<Record<keyof typeof KNOWN_FIELDS, string>>;
  student: EligibleStudent;
}

interface KnownRow {
  number: string;
  name: string;
  grade: string | null;
  units: Partial<Record<'college' | 'major' | 'class' | 'building' | 'room' | 'bed', { code: string; name: string }>>;
}

/** What is known of an active student on a date, in one statement; undefined for anybody else. */
export async function knownFieldsOf(tx: Tx, studentId: string, date: string): Promise<KnownStudent | undefined> {
  const row = await queryOne<KnownRow>(
    tx,
    sql`SELECT s.number, s.name, s.grade, (
               SELECT coalesce(json_object_agg(unit_kind, json_build_object('code', code, 'name', name)), '{}')
                 FROM (SELECT DISTINCT ON (m.unit_kind) m.unit_kind, u.code, u.name
                         FROM directory.published_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
                        WHERE m.person_id = s.id AND NOT m.secondary AND ${holdsOn(sql`m`, date)}
                          AND m.unit_kind IN ('college', 'major', 'class', 'building', 'room', 'bed')
                        ORDER BY m.unit_kind, m.valid_from DESC, u.code) one) AS units
          FROM directory.published_student_v1 s WHERE s.id = ${studentId} AND s.active`,
  );
  if (!row) return undefined;
  const { number, name, grade, units } = row;
  const { college, major, class: class_, building, room, bed } = units;
  const fields = {
    ...{ name, number, college: college?.name, major: major?.name, class: class_?.name },
    ...{ grade: grade ?? undefined, room: room && [building?.name, room.name].filter(Boolean).join(' ') },
  };
  return {
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    student: {
      ...{ number, college: college?.code, major: major?.code, class: class_?.code, resident: bed !== undefined },
      grade: grade !== null && /^\d{4}$/.test(grade) ? Number(grade) : undefined,
    },
  };
}
