import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, queryOne, sql } from '#database';
import { inScope, type Scope, unitInScope } from '#roster';
import { CampusClock } from '#time';
import type { CanQuery, Verdict } from './me.dto.js';

/** What the caller may do. It says what the guard and the scope of the lists would; a use case may still refuse, as by the state of a matter. */
@Injectable()
export class Me {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  async can(actor: Actor, { action, subject }: CanQuery): Promise<Verdict> {
    if (!actor.granted.has(action)) return 'app-not-allowed';
    if (!actor.can(action)) return 'no-post';
    if (subject === undefined || (await this.reaches(actor.scopeOf(action), subject))) return 'allowed';
    return 'out-of-scope';
  }

  private async reaches(scope: Scope, subject: string): Promise<boolean> {
    const row = await queryOne<{ reached: boolean }>(
      this.database.connection,
      sql`SELECT EXISTS (SELECT 1 FROM directory.published_student_v1 s
                          WHERE s.id = ${subject} AND ${inScope(scope, sql`s.id`, this.clock.today())})
              OR EXISTS (SELECT 1 FROM directory.published_unit_v1 u
                          WHERE u.id = ${subject} AND ${unitInScope(scope, sql`u.id`)}) AS reached`,
    );
    return row!.reached;
  }
}
