import type { ItemContent } from '../item-content.js';
import activityApproval from './activity-approval.json' with { type: 'json' };
import alumniCard from './alumni-card.json' with { type: 'json' };
import arrivalDeferral from './arrival-deferral.json' with { type: 'json' };
import campusCardFace from './campus-card-face.json' with { type: 'json' };
import campusCardReplacement from './campus-card-replacement.json' with { type: 'json' };
import comprehensiveEvaluation from './comprehensive-evaluation.json' with { type: 'json' };
import conductCertificate from './conduct-certificate.json' with { type: 'json' };
import counsellingAppointment from './counselling-appointment.json' with { type: 'json' };
import degreeCertificate from './degree-certificate.json' with { type: 'json' };
import departureDeferral from './departure-deferral.json' with { type: 'json' };
import dormitoryRepair from './dormitory-repair.json' with { type: 'json' };
import emergencyAid from './emergency-aid.json' with { type: 'json' };
import employmentRegistration from './employment-registration.json' with { type: 'json' };
import enrolmentCertificate from './enrolment-certificate.json' with { type: 'json' };
import entryAndGoods from './entry-and-goods.json' with { type: 'json' };
import examDeferral from './exam-deferral.json' with { type: 'json' };
import feeReduction from './fee-reduction.json' with { type: 'json' };
import fileTransfer from './file-transfer.json' with { type: 'json' };
import freshmanInformation from './freshman-information.json' with { type: 'json' };
import graduationClearance from './graduation-clearance.json' with { type: 'json' };
import greenChannel from './green-channel.json' with { type: 'json' };
import growthArchive from './growth-archive.json' with { type: 'json' };
import hardshipAssessment from './hardship-assessment.json' with { type: 'json' };
import healthCheckInsurance from './health-check-insurance.json' with { type: 'json' };
import holidayWhereabouts from './holiday-whereabouts.json' with { type: 'json' };
import householdIn from './household-in.json' with { type: 'json' };
import householdOut from './household-out.json' with { type: 'json' };
import housingRefund from './housing-refund.json' with { type: 'json' };
import lateReturnNotice from './late-return-notice.json' with { type: 'json' };
import leagueOut from './league-out.json' with { type: 'json' };
import leave from './leave.json' with { type: 'json' };
import leaveReturn from './leave-return.json' with { type: 'json' };
import loanConfirmation from './loan-confirmation.json' with { type: 'json' };
import majorChange from './major-change.json' with { type: 'json' };
import membershipCertificate from './membership-certificate.json' with { type: 'json' };
import nationalGrant from './national-grant.json' with { type: 'json' };
import nationalScholarship from './national-scholarship.json' with { type: 'json' };
import partyLeagueIn from './party-league-in.json' with { type: 'json' };
import partyOut from './party-out.json' with { type: 'json' };
import registration from './registration.json' with { type: 'json' };
import roomBooking from './room-booking.json' with { type: 'json' };
import roomChange from './room-change.json' with { type: 'json' };
import roomChoice from './room-choice.json' with { type: 'json' };
import roomLeaving from './room-leaving.json' with { type: 'json' };
import sanctionAppeal from './sanction-appeal.json' with { type: 'json' };
import sanctionLifting from './sanction-lifting.json' with { type: 'json' };
import schoolHonours from './school-honours.json' with { type: 'json' };
import secondClassroomCredit from './second-classroom-credit.json' with { type: 'json' };
import serviceStatus from './service-status.json' with { type: 'json' };
import serviceTuitionAid from './service-tuition-aid.json' with { type: 'json' };
import studentCard from './student-card.json' with { type: 'json' };
import studentLoan from './student-loan.json' with { type: 'json' };
import studyPlanChange from './study-plan-change.json' with { type: 'json' };
import studyResumption from './study-resumption.json' with { type: 'json' };
import studySuspension from './study-suspension.json' with { type: 'json' };
import trainingExemption from './training-exemption.json' with { type: 'json' };
import transcript from './transcript.json' with { type: 'json' };
import tuitionPayment from './tuition-payment.json' with { type: 'json' };
import vacationStay from './vacation-stay.json' with { type: 'json' };
import veteranTuition from './veteran-tuition.json' with { type: 'json' };
import volunteerHours from './volunteer-hours.json' with { type: 'json' };
import wellbeingSurvey from './wellbeing-survey.json' with { type: 'json' };
import withdrawal from './withdrawal.json' with { type: 'json' };
import workStudy from './work-study.json' with { type: 'json' };

/** What the house brings with it, by code. */
export const HOUSE_ITEMS = [
  activityApproval,
  alumniCard,
  arrivalDeferral,
  campusCardFace,
  campusCardReplacement,
  comprehensiveEvaluation,
  conductCertificate,
  counsellingAppointment,
  degreeCertificate,
  departureDeferral,
  dormitoryRepair,
  emergencyAid,
  employmentRegistration,
  enrolmentCertificate,
  entryAndGoods,
  examDeferral,
  feeReduction,
  fileTransfer,
  freshmanInformation,
  graduationClearance,
  greenChannel,
  growthArchive,
  hardshipAssessment,
  healthCheckInsurance,
  holidayWhereabouts,
  householdIn,
  householdOut,
  housingRefund,
  lateReturnNotice,
  leagueOut,
  leave,
  leaveReturn,
  loanConfirmation,
  majorChange,
  membershipCertificate,
  nationalGrant,
  nationalScholarship,
  partyLeagueIn,
  partyOut,
  registration,
  roomBooking,
  roomChange,
  roomChoice,
  roomLeaving,
  sanctionAppeal,
  sanctionLifting,
  schoolHonours,
  secondClassroomCredit,
  serviceStatus,
  serviceTuitionAid,
  studentCard,
  studentLoan,
  studyPlanChange,
  studyResumption,
  studySuspension,
  trainingExemption,
  transcript,
  tuitionPayment,
  vacationStay,
  veteranTuition,
  volunteerHours,
  wellbeingSurvey,
  withdrawal,
  workStudy,
] as unknown as readonly (ItemContent & { code: string })[];
