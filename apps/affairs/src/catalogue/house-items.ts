import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, newId, query, queryOne, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { soundsOf } from './item-sounds.js';
import { HOUSE_ITEMS } from './items/index.js';

/** Who wrote them, beside `system:affairs`, which published them. */
const AUTHOR = 'yizhan';

/**
 * The items that the house brings with it: published as first versions, so that a school can begin at once, and from then on the school's
 * own. What is there is never touched, so one that was changed or retired stays so.
 */
@Injectable()
export class HouseItems implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return addHouseItems(this.database.connection, this.clock.now());
  }
}

export async function addHouseItems(tx: Tx, now: Date): Promise<void> {
  const codes = HOUSE_ITEMS.map(({ code }) => code);
  const there = await queryOne<{ count: number }>(
    tx,
    sql`SELECT count(*)::int AS count FROM affairs.item WHERE code = ANY(${codes}::text[])`,
  );
  if (there?.count === codes.length) return;
  const rows = HOUSE_ITEMS.map(({ code, ...content }) => ({
    id: newId(),
    code,
    content,
    sounds: soundsOf(content.name.zh),
  }));
  await query(
    tx,
    sql`WITH given AS (SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, code text, content jsonb, sounds text[])),
             added AS (INSERT INTO affairs.item (id, code, number) SELECT id, code, 1 FROM given ON CONFLICT (code) DO NOTHING RETURNING id)
        INSERT INTO affairs.item_version (item_id, number, content, drafted_by, published_by, published_at, sounds)
        SELECT id, 1, content, ${[AUTHOR]}::text[], 'system:affairs', ${now}, sounds FROM given JOIN added USING (id)`,
  );
}
