import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database } from '#database';
import { rowByRow } from '#http';
import { ActDto, type Command } from '#workflow';
import { commandOf, DecideManyDto, type Verdict } from '../tasks/decide-many.dto.js';
import { LeaveDecisionResultsDto } from './decide-leaves.dto.js';
import { LeaveCases } from './leave-cases.service.js';
import type { LeaveDetailDto } from './leaves.dto.js';
import { findForChange } from './leaves.queries.js';

/**
 * The decisions on leaves. Each step is decided by whoever holds its post over the student at that moment; a leave outside the
 * actor's scope does not exist (404), another's step is refused (403), and nobody decides their own leave.
 */
@Injectable()
export class LeaveDecisions {
  constructor(
    private readonly database: Database,
    private readonly cases: LeaveCases,
  ) {}

  /** Decides the step that is due; approving the last one makes the leave (or its extension) count. */
  decide(
    actor: Actor,
    id: string,
    expected: number,
    verdict: Verdict,
    comment: string | null,
  ): Promise<LeaveDetailDto> {
    return this.act(actor, id, expected, commandOf(verdict), comment);
  }

  /** Whatever else `actions` of the leave offers. */
  doAny(actor: Actor, id: string, expected: number, body: ActDto): Promise<LeaveDetailDto> {
    return this.act(actor, id, expected, ActDto.toCommand(body), body.comment ?? null);
  }

  /** Many at once, each by itself: a row that cannot be decided says why and changes nothing, the others are done. */
  decideMany(actor: Actor, { rows }: DecideManyDto): Promise<LeaveDecisionResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async (row, i) => {
        const command = DecideManyDto.commandOf(row, i);
        const leave = await findForChange(tx, this.cases.visible(actor), row.id, row.version);
        await this.cases.act(tx, actor, leave, command, row.comment ?? null);
        return leave;
      });
      return Object.assign(new LeaveDecisionResultsDto(), { results });
    });
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    command: Command,
    comment: string | null,
  ): Promise<LeaveDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const leave = await findForChange(tx, this.cases.visible(actor), id, expected);
      const [case_, known] = await Promise.all([
        this.cases.act(tx, actor, leave, command, comment),
        this.cases.known(tx, leave),
      ]);
      return this.cases.detailOf(tx, actor, leave, { ...known, case_ });
    });
  }
}
