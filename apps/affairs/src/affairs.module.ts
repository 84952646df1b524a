import { service } from '#service';
import { absences } from './absences/absences.feature.js';
import { activities } from './activities/activities.feature.js';
import { applications } from './applications/applications.feature.js';
import { attendance } from './attendance/attendance.feature.js';
import { bookings } from './bookings/bookings.feature.js';
import { calendarFeeds } from './calendar-feeds/calendar-feeds.feature.js';
import { catalogue } from './catalogue/catalogue.feature.js';
import { addHouseItems } from './catalogue/house-items.js';
import { certificates } from './certificates/certificates.feature.js';
import { clearances } from './clearances/clearances.feature.js';
import { discipline } from './discipline/discipline.feature.js';
import { erasure } from './erasure/erasure.feature.js';
import { groupLeaves } from './group-leaves/group-leaves.feature.js';
import { holidayRegistrations } from './holiday-registrations/holiday-registrations.feature.js';
import { honours } from './honours/honours.feature.js';
import { indicators } from './indicators/indicators.feature.js';
import { leave } from './leave/leave.feature.js';
import { Leave1763750200000 } from './migrations/1763750200000-leave.js';
import { RetractedPasses1763750210000 } from './migrations/1763750210000-retracted-passes.js';
import { UpdatedSince1763750220000 } from './migrations/1763750220000-updated-since.js';
import { SubmittedByApp1763750230000 } from './migrations/1763750230000-submitted-by-app.js';
import { Files1763750245000 } from './migrations/1763750245000-files.js';
import { LeaveOnWorkflow1763750700000 } from './migrations/1763750700000-leave-on-workflow.js';
import { DeadlinesAndAbsences1763770000000 } from './migrations/1763770000000-deadlines-and-absences.js';
import { SealedTexts1764400100000 } from './migrations/1764400100000-sealed-texts.js';
import { ProofPending1764700000000 } from './migrations/1764700000000-proof-pending.js';
import { Catalogue1764801000000 } from './migrations/1764801000000-catalogue.js';
import { NamedUnits1764802000000 } from './migrations/1764802000000-named-units.js';
import { Applications1764802000100 } from './migrations/1764802000100-applications.js';
import { Certificates1764803000000 } from './migrations/1764803000000-certificates.js';
import { Bookings1764804200000 } from './migrations/1764804200000-bookings.js';
import { Attendance1764805000000 } from './migrations/1764805000000-attendance.js';
import { Discipline1764806000000 } from './migrations/1764806000000-discipline.js';
import { Clearances1764806100000 } from './migrations/1764806100000-clearances.js';
import { Rounds1764807000000 } from './migrations/1764807000000-rounds.js';
import { Tickets1764808000000 } from './migrations/1764808000000-tickets.js';
import { Showcase1764808100000 } from './migrations/1764808100000-showcase.js';
import { Activities1764809000000 } from './migrations/1764809000000-activities.js';
import { Volunteering1764809000100 } from './migrations/1764809000100-volunteering.js';
import { SecondClassroom1764809000200 } from './migrations/1764809000200-second-classroom.js';
import { WorkStudy1764809000300 } from './migrations/1764809000300-work-study.js';
import { OrganisationsAndHonours1764809000400 } from './migrations/1764809000400-organisations-and-honours.js';
import { HolidayRegistrations1764810000000 } from './migrations/1764810000000-holiday-registrations.js';
import { GroupLeaves1764810000200 } from './migrations/1764810000200-group-leaves.js';
import { UntoldAbsences1764810000300 } from './migrations/1764810000300-untold-absences.js';
import { Waiting1764811000000 } from './migrations/1764811000000-waiting.js';
import { PublishedApplications1764880000000 } from './migrations/1764880000000-published-applications.js';
import { PublishedAchievements1764813000000 } from './migrations/1764813000000-published-achievements.js';
import { GroupLeavePosts1764822000000 } from './migrations/1764822000000-group-leave-posts.js';
import { OneCertificateOfAJob1764822100000 } from './migrations/1764822100000-one-certificate-of-a-job.js';
import { HolidayReturns1764822200000 } from './migrations/1764822200000-holiday-returns.js';
import { ConclusionsDelivered1764846000000 } from './migrations/1764846000000-conclusions-delivered.js';
import { SealedComments1764861000000 } from './migrations/1764861000000-sealed-comments.js';
import { CalendarFeeds1764872000000 } from './migrations/1764872000000-calendar-feeds.js';
import { RatingsInHistory1764876000000 } from './migrations/1764876000000-ratings-in-history.js';
import { SignInTries1764884000000 } from './migrations/1764884000000-sign-in-tries.js';
import { AppealOpinions1764821000000 } from './migrations/1764821000000-appeal-opinions.js';
import { organisations } from './organisations/organisations.feature.js';
import { rounds } from './rounds/rounds.feature.js';
import { secondClassroom } from './second-classroom/second-classroom.feature.js';
import { servings } from './servings/servings.feature.js';
import { showcase } from './showcase/showcase.feature.js';
import { tasks } from './tasks/tasks.feature.js';
import { tickets } from './tickets/tickets.feature.js';
import { volunteering } from './volunteering/volunteering.feature.js';
import { workStudy } from './work-study/work-study.feature.js';
import { OWN_DATA } from './own-data.js';

export const affairs = service('affairs', {
  features: [
    leave,
    groupLeaves,
    holidayRegistrations,
    catalogue,
    servings,
    applications,
    tasks,
    absences,
    attendance,
    bookings,
    calendarFeeds,
    certificates,
    discipline,
    clearances,
    rounds,
    tickets,
    showcase,
    activities,
    secondClassroom,
    volunteering,
    workStudy,
    organisations,
    honours,
    indicators,
    erasure,
  ],
  migrations: [
    Leave1763750200000,
    RetractedPasses1763750210000,
    UpdatedSince1763750220000,
    SubmittedByApp1763750230000,
    Files1763750245000,
    LeaveOnWorkflow1763750700000,
    DeadlinesAndAbsences1763770000000,
    SealedTexts1764400100000,
    ProofPending1764700000000,
    Catalogue1764801000000,
    NamedUnits1764802000000,
    Applications1764802000100,
    Certificates1764803000000,
    Bookings1764804200000,
    Attendance1764805000000,
    Discipline1764806000000,
    Clearances1764806100000,
    Rounds1764807000000,
    Tickets1764808000000,
    Showcase1764808100000,
    Activities1764809000000,
    Volunteering1764809000100,
    SecondClassroom1764809000200,
    WorkStudy1764809000300,
    OrganisationsAndHonours1764809000400,
    HolidayRegistrations1764810000000,
    GroupLeaves1764810000200,
    UntoldAbsences1764810000300,
    Waiting1764811000000,
    PublishedAchievements1764813000000,
    GroupLeavePosts1764822000000,
    OneCertificateOfAJob1764822100000,
    HolidayReturns1764822200000,
    ConclusionsDelivered1764846000000,
    AppealOpinions1764821000000,
    SealedComments1764861000000,
    CalendarFeeds1764872000000,
    PublishedApplications1764880000000,
    RatingsInHistory1764876000000,
    SignInTries1764884000000,
  ],
  ownData: OWN_DATA,
  seed: (tx) => addHouseItems(tx, new Date('2024-09-01T00:00:00+08:00')),
  jobs: [
    'affairs:leave:decide',
    'affairs:certificate:issue',
    'affairs:clearance-list:manage',
    'affairs:clearance:sign',
    'affairs:showcase:manage',
  ],
});
