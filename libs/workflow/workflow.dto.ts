import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { Invalid, Problem } from '#problems';
import type { Available, Choices } from './available-actions.js';
import { RESUMES, type Resume } from './definition.js';
import type { Command, Decision, Signer } from './instance.js';
import { OPERATIONS } from './operations.js';
import { problemOf } from './workflow.problems.js';

const PLACES = {
  before: { zh: '在其之前签批', en: 'signs before' },
  after: { zh: '在其之后签批', en: 'signs after' },
  parallel: { zh: '并行签批', en: 'signs beside' },
} as const;
type Place = keyof typeof PLACES;

/** Why something cannot be done. */
export class RefusalDto {
  @Text({ zh: '代码', en: 'Code, as in the problem of the endpoint', max: 50, example: 'not-yours' })
  code: string;

  @Text({ zh: '中文', en: 'In Chinese', example: '当前环节不由您办理' })
  zh: string;

  @Text({ zh: '英文', en: 'In English', example: 'The current step is not yours' })
  en: string;

  /** A problem as answers show it. */
  static of(problem: Problem | undefined): RefusalDto | null {
    return problem ? Object.assign(new RefusalDto(), { code: problem.kind.code.split('/')[1], ...problem.text }) : null;
  }
}

/** Something that can be done, or why not, as `actions` of answers show it. `refused`: the problem that its endpoint answers with. */
export function offered<A extends string>(
  action: A,
  refused: Problem | undefined,
): { action: A; allowed: boolean; reason: RefusalDto | null } {
  return { action, allowed: !refused, reason: RefusalDto.of(refused) };
}

const DECISIONS = {
  approved: { zh: '同意', en: 'approved' },
  rejected: { zh: '不同意', en: 'rejected' },
  returned: { zh: '退回', en: 'returned' },
} as const;

/** One signature of a step: asked for, or given. */
export class SignatureDto {
  @Int({ zh: '序号', en: 'Number, within the case', min: 1, max: 100_000, example: 1 })
  signer: number;

  @ListOf('uuid', { zh: '可签批的人员', en: 'Who may sign', maxItems: 1000 })
  candidates: string[];

  @Flag({ zh: '无人任职，由代办人签批', en: 'Nobody holds the post: the stand-in signs', example: false })
  standIn: boolean;

  @Uuid({ zh: '已委派给', en: 'Delegated to', nullable: true })
  delegatedTo: string | null;

  @OneOf(DECISIONS, { zh: '决定', en: 'Decision', nullable: true, example: 'approved' })
  decision: Decision | null;

  @Uuid({ zh: '签批人', en: 'Signed by', nullable: true })
  decidedBy: string | null;

  @Uuid({ zh: '代谁签批', en: 'In the place of', nullable: true })
  insteadOf: string | null;

  @Instant({ zh: '签批时间', en: 'Signed at', nullable: true, example: '2026-12-01T03:00:00.000Z' })
  decidedAt: string | null;

  static from({ no, candidates, standIn, delegated, decision, by, insteadOf, at }: Signer): SignatureDto {
    const values = { signer: no, candidates, standIn, delegatedTo: delegated?.to ?? null, decision };
    return Object.assign(new SignatureDto(), { ...values, decidedBy: by, insteadOf, decidedAt: at });
  }
}

/** What the caller may do with a case now, or why not. */
export class AvailableActionDto {
  @OneOf(OPERATIONS, { zh: '办理', en: 'Action', example: 'approve' })
  action: string;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;

  @ListOf('int', { zh: '所涉签批', en: 'Signatures it may be about', maxItems: 1000, example: [1] })
  signers: number[];

  @ListOf('text', { zh: '可退回到的环节', en: 'Where a return may lead', maxItems: 51, example: ['initiator'] })
  targets: string[];

  @ListOf(RESUMES, { zh: '退回后', en: 'What may come after a return', maxItems: 2, example: ['on'] })
  resumes: Resume[];

  @ListOf(PLACES, { zh: '加签的位置', en: 'Where a signer may be added', maxItems: 3, example: ['before'] })
  where: Place[];

  @ListOf('text', { zh: '可要求补正的内容', en: 'What may be corrected', maxItems: 100, example: ['destination'] })
  fields: string[];

  /** `choices` of an action that can be done; of another the problem that stands in the way. */
  protected static fill<T extends AvailableActionDto>(dto: T, action: string, offer: Choices | Problem): T {
    const refusal = offer instanceof Problem ? offer : undefined;
    const { signers = [], targets = [], resumes = [], where = [], fields = [] } = refusal ? {} : (offer as Choices);
    const reason = RefusalDto.of(refusal);
    return Object.assign(dto, { action, allowed: !refusal, reason, signers, targets, resumes, where, fields });
  }

  static from(available: Available): AvailableActionDto {
    const offer = available.allowed ? available.choices : problemOf(available.reason);
    return AvailableActionDto.fill(new AvailableActionDto(), available.op, offer);
  }
}

const ASKED = {
  ...(({ approve, reject, return: back, withdraw }) => ({ approve, reject, return: back, withdraw }))(OPERATIONS),
  ...(({ delegate, answer, transfer }) => ({ delegate, answer, transfer }))(OPERATIONS),
  'take-back': OPERATIONS['take-back'],
  'add-signer': OPERATIONS['add-signer'],
  'remove-signer': OPERATIONS['remove-signer'],
  ...(({ urge, copy, suspend, resume }) => ({ urge, copy, suspend, resume }))(OPERATIONS),
};

/** Anything that may be done with a case, as `actions` of the answer offers it. */
export class ActDto {
  @OneOf(ASKED, { zh: '办理', en: 'Action', example: 'urge' })
  action: keyof typeof ASKED;

  @LongText({ zh: '意见', en: 'Comment', max: 1000, optional: true, example: '请尽快办理' })
  comment?: string;

  @Int({
    zh: '所涉签批；缺省为本人的第一项。减签必填',
    en: "Signature it is about; one's own when left out. Required to remove a signer",
    ...{ optional: true, min: 1, max: 100_000, example: 1 },
  })
  signer?: number;

  @ListOf('uuid', {
    zh: '委派、转办、加签给一人，抄送给若干人',
    en: 'Whom: one to delegate, transfer or add; several to copy to',
    ...{ optional: true, minItems: 1, maxItems: 100, unique: true },
  })
  to?: string[];

  @Text({ zh: '退回到（缺省为申请人）', en: 'Where to return', optional: true, max: 50, example: 'initiator' })
  target?: string;

  @OneOf(RESUMES, { zh: '退回后', en: 'After the return', optional: true, example: 'on' })
  then?: Resume;

  @OneOf(PLACES, { zh: '加签的位置', en: 'Where the signer is added', optional: true, example: 'before' })
  where?: Place;

  @ListOf('text', { zh: '要求补正的内容', en: 'What is to be corrected', optional: true, maxItems: 100, unique: true })
  fields?: string[];

  static toCommand(body: ActDto): Command {
    const { action: op, to = [], target = 'initiator', then = 'on', where, fields, comment } = body;
    const signer = body.signer === undefined ? {} : { signer: body.signer };
    const required = (part: string): Error =>
      new Invalid({ errors: [{ pointer: `#/${part}`, zh: `缺少 ${part}`, en: `${part} is required` }] });
    if ((op === 'reject' || op === 'return') && comment === undefined) throw required('comment');
    switch (op) {
      case 'return':
        return { op, to: target, then, ...(fields && { fields }), ...signer };
      case 'delegate':
      case 'transfer':
      case 'add-signer': {
        if (to.length !== 1) throw required('to');
        if (op !== 'add-signer') return { op, to: to[0] as string, ...signer };
        if (!where) throw required('where');
        return { op, to: to[0] as string, where, ...signer };
      }
      case 'remove-signer':
        if (body.signer === undefined) throw required('signer');
        return { op, signer: body.signer };
      case 'copy':
        if (to.length === 0) throw required('to');
        return { op, to };
      default:
        return { op, ...signer };
    }
  }
}
