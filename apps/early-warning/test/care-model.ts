/** A small model of a care case and of the warning it may take, to be compared with the service. */
export const WHO = ['counselor', 'foreign', 'college', 'school', 'psychologist'] as const;
export type Who = (typeof WHO)[number];
export type What = 'level' | 'closure' | 'reopening';

/** Everything that anybody may try. */
export const TRIES = [
  ...(['record', 'plan', 'team', 'take_warnings', 'offer_transfer', 'accept', 'refuse', 'withdraw_transfer'] as const),
  ...(['propose_level', 'propose_closure', 'propose_reopening', 'decide_level', 'decide_closure'] as const),
  ...(['decide_reopening', 'decline_level', 'decline_closure', 'withdraw_proposal', 'race'] as const),
  ...(['confirm', 'dismiss', 'close'] as const),
] as const;
export type Try = (typeof TRIES)[number];

export class CareModel {
  owner: Who = 'counselor';
  members = new Set<Who>();
  offeredTo: Who | null = null;
  level = false;
  closed = false;
  goals = false;
  helped = false;
  reopened = 0;
  taken = false;
  warning: 'open' | 'confirmed' | 'dismissed' | 'closed' = 'open';
  waiting: Partial<Record<What, Who>> = {};

  sees(who: Who): boolean {
    const inCharge = who === 'counselor' || who === 'college' || who === 'school';
    return inCharge || this.owner === who || this.members.has(who) || this.offeredTo === who;
  }

  get stage(): string {
    if (this.closed) return 'closed';
    if (!this.level) return 'found';
    if (this.members.size === 0) return 'levelled';
    return this.goals && this.helped ? 'helping' : 'team';
  }

  /** What `actions[]` of the case must say for somebody who sees it. */
  may(action: string, who: Who): boolean {
    const [owner, decides] = [this.owner === who, who === 'college' || who === 'school'];
    const works = owner || (this.members.has(who) && (decides || who === 'counselor'));
    const { waiting, offeredTo } = this;
    const byOther = (what: What): boolean => decides && waiting[what] !== undefined && waiting[what] !== who;
    if (action === 'withdraw_proposal') return Object.values(waiting).includes(who);
    if (action === 'propose_reopening') return (owner || decides) && this.closed && !waiting.reopening;
    if (action === 'decide_reopening') return this.closed && byOther('reopening');
    if (this.closed) return false;
    switch (action) {
      case 'record':
        return owner || this.members.has(who);
      case 'team':
        return owner || decides;
      case 'propose_level':
        return works && !waiting.level;
      case 'propose_closure':
        return works && this.level && !offeredTo && !waiting.closure;
      case 'decide_level':
        return byOther('level');
      case 'decide_closure':
        return byOther('closure') && !offeredTo;
      case 'offer_transfer':
        return (owner || decides) && !offeredTo;
      case 'withdraw_transfer':
        return (owner || decides) && offeredTo !== null;
      case 'answer_transfer':
        return offeredTo === who;
      default:
        return works;
    }
  }

  mayTriage(action: 'confirm' | 'dismiss' | 'close'): boolean {
    return action === 'close' ? this.warning === 'confirmed' : this.warning === 'open';
  }

  decided(what: What): void {
    delete this.waiting[what];
    if (what === 'level') this.level = true;
    if (what === 'reopening') Object.assign(this, { closed: false, reopened: this.reopened + 1 });
    if (what !== 'closure') return;
    this.closed = true;
    this.waiting = {};
    if (this.taken && this.warning === 'confirmed') this.warning = 'closed';
  }

  /** Refused: to who is above the sender. */
  get head(): Who {
    return this.owner === 'college' ? 'school' : 'college';
  }
}
