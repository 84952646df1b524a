import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Invalid, NotFound } from '#problems';
import { TermDto, type TermInput, type TermsQuery } from './calendar.dto.js';
import { TermCodeTaken, TermInUse } from './calendar.problems.js';
import { Term } from './term.entity.js';

/** School years and terms. */
@Injectable()
export class Terms {
  constructor(private readonly database: Database) {}

  async list(filter: TermsQuery): Promise<Page<TermDto>> {
    const { kind, schoolYear, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: sql`t.id, t.code, t.name, t.kind, t.school_year AS "schoolYear", t.starts_on::text AS "startsOn",
        t.ends_on::text AS "endsOn", t.parent_id AS "parentId", t.version`,
      from: sql`directory.term t`,
      where: [
        anyOf(sql`t.kind`, kind),
        schoolYear === undefined ? undefined : sql`t.school_year = ${schoolYear}`,
        updatedSince && sql`t.updated_at >= ${updatedSince}`,
      ],
      sorts: { startsOn: sql`t.starts_on`, code: sql`t.code`, updatedAt: sql`t.updated_at` },
      defaultSort: '-startsOn',
      id: sql`t.id`,
      to: (row: Term) => TermDto.from(row),
    });
  }

  async get(id: string): Promise<TermDto> {
    return TermDto.from(await this.find(this.database.connection, id));
  }

  create(actor: Actor, values: TermInput): Promise<TermDto> {
    requireSchool(actor, 'directory:calendar:write');
    return this.database.transaction(actor, async (tx) => {
      const term = new Term();
      await this.fill(tx, term, values);
      return TermDto.from(await insert(tx, term));
    });
  }

  update(actor: Actor, id: string, expected: number, values: TermInput): Promise<TermDto> {
    requireSchool(actor, 'directory:calendar:write');
    return this.database.transaction(actor, async (tx) => {
      const term = await this.find(tx, id);
      await this.fill(tx, term, values);
      return TermDto.from(await update(tx, term, expected));
    });
  }

  delete(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, 'directory:calendar:write');
    return this.database.transaction(actor, async (tx) => {
      const term = await this.find(tx, id);
      if (term.version !== expected) throw new StaleVersionError();
      const inUse = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.term WHERE parent_id = ${id} UNION ALL SELECT 1 FROM directory.unit WHERE term_id = ${id} LIMIT 1`,
      );
      if (inUse) throw new TermInUse();
      await query(tx, sql`DELETE FROM directory.source_link WHERE kind = 'term' AND id = ${id}`);
      const result = await tx.delete(Term, { id, version: expected });
      if (result.affected !== 1) throw new StaleVersionError();
    });
  }

  private async find(tx: Tx, id: string): Promise<Term> {
    const term = await tx.findOneBy(Term, { id });
    if (!term) throw new NotFound({ what: 'term' });
    return term;
  }

  private async fill(tx: Tx, term: Term, values: TermInput): Promise<void> {
    if (values.endsOn <= values.startsOn) {
      throw new Invalid({ errors: [{ pointer: '#/endsOn', zh: '必须晚于开始日期', en: 'must be after startsOn' }] });
    }
    const parentId = values.parentId ?? null;
    const parent = parentId && (await tx.findOneBy(Term, { id: parentId }));
    if (parentId && (!parent || parent.kind !== 'school_year' || values.kind !== 'term')) {
      throw new Invalid({
        errors: [
          { pointer: '#/parentId', zh: '只有学期可以属于某个学年', en: 'only a term belongs, and to a school year' },
        ],
      });
    }
    const taken = await tx.findOneBy(Term, { code: values.code });
    if (taken && taken.id !== term.id) throw new TermCodeTaken({ pointer: '#/code' });
    Object.assign(term, { ...values, parentId });
  }
}
