import { defineProblem } from '#problems';

export const ApplicantUnknown = defineProblem({
  code: 'party-building/applicant-unknown',
  status: 400,
  zh: '该人员不存在、已离校或不在您的管理范围内',
  en: 'The person does not exist, has left, or is outside your scope',
});

export const AlreadyApplying = defineProblem({
  code: 'party-building/already-applying',
  status: 409,
  zh: '该人员已有在办的入党申请',
  en: 'The person already has an open admission',
});

export const NoRulesThen = defineProblem({
  code: 'party-building/no-rules-then',
  status: 400,
  zh: '该日期早于系统内最早的《细则》文本',
  en: 'The date is before the earliest text of the rules',
});

export const DateInFuture = defineProblem({
  code: 'party-building/date-in-future',
  status: 400,
  zh: '日期不能晚于今天',
  en: 'The date must not be in the future',
});

export const DateBeforeEarlierStep = defineProblem({
  code: 'party-building/date-before-earlier-step',
  status: 400,
  zh: '日期不能早于前面步骤的日期（{date}）',
  en: 'The date must not be before that of an earlier step ({date})',
});

export const StepUnknown = defineProblem({
  code: 'party-building/step-unknown',
  status: 404,
  zh: '没有这一步，步骤为 1–25',
  en: 'There is no such step; steps are 1 to 25',
});

export const StepOutOfOrder = defineProblem({
  code: 'party-building/step-out-of-order',
  status: 409,
  zh: '现在不能办理这一步，下一步是第 {next} 步',
  en: 'This step cannot be recorded now; the next one is {next}',
});

export const StepNotSupported = defineProblem({
  code: 'party-building/step-not-supported',
  status: 409,
  zh: '第 {last} 步以后的步骤目前只列出时间，尚不能在此办理',
  en: 'Steps after {last} are listed with their dates only; they cannot be recorded here yet',
});

export const StepBlocked = defineProblem({
  code: 'party-building/step-blocked',
  status: 409,
  zh: '未满足这一步的规定，详见 errors',
  en: 'The step does not meet the rules; see errors',
});

export const AdmissionClosed = defineProblem({
  code: 'party-building/admission-closed',
  status: 409,
  zh: '该申请已撤回',
  en: 'The admission is withdrawn',
});

export const NotLatestEntry = defineProblem({
  code: 'party-building/not-latest-record',
  status: 409,
  zh: '只能撤销最近一次有效的办理记录',
  en: 'Only the latest record that still counts can be reversed',
});

export const EvidenceUnknownPerson = defineProblem({
  code: 'party-building/evidence-unknown-person',
  status: 400,
  zh: '材料中的人员不存在',
  en: 'The evidence names a person who does not exist',
});
