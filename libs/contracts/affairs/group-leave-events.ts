import { ArrayMaxSize, IsIn, IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** Leave was asked for these students as a group: each may leave it before it begins. */
@Event({ name: 'affairs.group-leave-asked.v1', consumers: [] })
export class GroupLeaveAskedV1 {
  @IsUUID()
  groupId: string;

  @IsUUID('all', { each: true })
  @ArrayMaxSize(500)
  studentIds: string[];

  constructor(values: { groupId: string; studentIds: string[] }) {
    Object.assign(this, values);
  }
}

const OUTCOMES = ['submitted', 'approved', 'rejected', 'withdrawn', 'cancelled', 'ended'] as const;

/** What has become of a group leave. What it means for each student the events of their leaves say. */
@Event({ name: 'affairs.group-leave-decided.v1', consumers: [] })
export class GroupLeaveDecidedV1 {
  @IsUUID()
  groupId: string;

  @IsIn(OUTCOMES)
  outcome: (typeof OUTCOMES)[number];

  constructor(values: { groupId: string; outcome: (typeof OUTCOMES)[number] }) {
    Object.assign(this, values);
  }
}
