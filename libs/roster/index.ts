export { addWorkingDays, calendarDays, nextWorkingDays } from './calendar.js';
export {
  answeredBy,
  holdsOn,
  inScope,
  inUnits,
  NOBODY,
  reaches,
  type Scope,
  unitInScope,
  unitsAbove,
  unitsBelow,
  unitTouchesScope,
} from './scope.js';
export { type CountedPass, passesSince } from './passes.js';
export {
  responsibleFor,
  responsibleStaffOf,
  appointmentsOf,
  membershipsOf,
  peopleByIds,
  personById,
  personWithPosts,
  postsOver,
  sampleStudents,
  studentIdsByNumber,
  termOf,
  unitById,
  type Appointment,
  type Membership,
  type Person,
  type Term,
  type Unit,
} from './people.js';
