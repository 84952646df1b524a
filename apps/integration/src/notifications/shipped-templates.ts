/** A title and a text in Liquid. */
export interface Words {
  title: string;
  body: string;
}

/** What a message says, in both languages. */
export interface TemplateWords {
  zh: Words;
  en: Words;
}

const COUNTED = { zh: '{{ count }} 条', en: '{{ count }}' };

/** The words of the house, for each of `ALL_KINDS`. They name no student and no matter: who may know opens the app. */
export const SHIPPED: Readonly<Record<string, TemplateWords>> = {
  'warning-raised': of(
    ['红色预警', `{{ name }}，您负责的学生有 ${COUNTED.zh}新的红色预警，请尽快登录研判。`],
    [
      'Red warning',
      `{{ name }}, there are new red warnings about students in your charge: ${COUNTED.en}. Please see to them.`,
    ],
  ),
  'class-warning-raised': of(
    ['班级学生红色预警', `{{ name }}，您班上的学生有 ${COUNTED.zh}新的红色预警，由辅导员研判，请关注。`],
    [
      'A red warning in your class',
      `{{ name }}, there are new red warnings about students of your class: ${COUNTED.en}. Their counselor sees to them.`,
    ],
  ),
  'warning-escalated': of(
    ['预警超时上报', '{{ name }}，有预警超时未研判，已上报至您（第 {{ step }} 级），请登录处理。'],
    ['A warning went up the line', '{{ name }}, a warning was not triaged in time and is up to you (step {{ step }}).'],
  ),
  'warning-corrected': of(
    ['预警数据已更正', `{{ name }}，已确认的预警所依据的数据已更正（${COUNTED.zh}），请登录查看，可改为排除。`],
    [
      'The data behind a warning was corrected',
      `{{ name }}, the data behind confirmed warnings was corrected: ${COUNTED.en}. They can be dismissed after all.`,
    ],
  ),
  'care-supervision': of(
    ['帮扶个案督办', '{{ name }}，有帮扶个案逾期，请登录督办（第 {{ step }} 级）。'],
    ['A care case is overdue', '{{ name }}, something of a care case is overdue and is up to you (step {{ step }}).'],
  ),
  'referral-escalated': of(
    ['学生情况反映超时上报', '{{ name }}，有一条学生情况反映超时未受理，已上报至您（第 {{ step }} 级）。'],
    [
      'A referral went up the line',
      '{{ name }}, a referral was not taken up in time and is up to you (step {{ step }}).',
    ],
  ),
  'case-offered': of(
    ['帮扶个案转接', '{{ name }}，有帮扶个案请求转接给您，请登录答复。'],
    ['A care case is offered to you', '{{ name }}, a care case is offered to you. Please accept or refuse it.'],
  ),
  'case-handed-over': of(
    ['帮扶个案由您接手', '{{ name }}，原负责人已离任，有帮扶个案由您负责，请登录查看。'],
    [
      'A care case is yours',
      '{{ name }}, whoever owned a care case left their post, and it is yours now. Please see to it.',
    ],
  ),
  'daily-digest': of(
    [
      '{{ day }} 提要',
      '{{ name }}，{{ day }}：新预警 {{ newWarnings }}，超时 {{ overdue }}，今日到期 {{ dueToday }}，久未记录的个案 {{ quietCases }}，待答复的转接 {{ transfers }}，督办 {{ supervisions }}。',
    ],
    [
      'What {{ day }} has',
      '{{ name }}, {{ day }}: new warnings {{ newWarnings }}, overdue {{ overdue }}, due today {{ dueToday }}, quiet cases {{ quietCases }}, transfers {{ transfers }}, supervisions {{ supervisions }}.',
    ],
  ),
  'source-silent': of(
    ['数据源中断', `有数据源中断或明显减少（${COUNTED.zh}），依赖它的规则暂停，请登录查看。`],
    ['A source is silent', `Sources are silent or far below usual: ${COUNTED.en}. Rules that need them pause.`],
  ),
  'client-approval-ending': of(
    ['应用敏感权限将到期', '{{ name }}，您批准的一项应用敏感权限即将到期，请登录确认是否延长。'],
    [
      'A sensitive permission ends soon',
      '{{ name }}, a sensitive permission of an app that you approved ends soon. Please see whether it is still needed.',
    ],
  ),
  'student-notice': of(
    ['有一条给你的提示', '{{ name }}，有一条给你本人的提示，请登录查看。'],
    ['A notice for you', '{{ name }}, there is a notice for you. Please see it in the app.'],
  ),
  'raiser-told': of(
    ['你反映的情况有进展', '{{ name }}，你反映的情况有了进展，请登录查看。'],
    ['News of what you raised', '{{ name }}, there is news of what you raised.'],
  ),
  'dispute-decided': of(
    ['异议已答复', '{{ name }}，你提出的异议已有答复，请登录查看。'],
    ['Your dispute was decided', '{{ name }}, your dispute was decided. Please see the answer in the app.'],
  ),
  'leave-approved': of(
    ['请假已批准', '{{ name }}，你的请假已批准，请按时返校销假。'],
    ['Leave approved', '{{ name }}, your leave was approved. Please report back in time.'],
  ),
  'leave-changed': of(
    ['请假时间有变化', '{{ name }}，你的请假结束时间有变化，请登录查看。'],
    ['Your leave has changed', '{{ name }}, the end of your leave has moved.'],
  ),
  'leave-cancelled': of(
    ['请假不再有效', '{{ name }}，你的请假不再有效，请登录查看。'],
    ['Your leave no longer counts', '{{ name }}, your leave no longer counts. Please see why in the app.'],
  ),
  'step-overdue': of(
    ['待办超时', `{{ name }}，您有 ${COUNTED.zh}待办超时，请尽快办理。`],
    ['Overdue decisions', `{{ name }}, decisions that wait for you are overdue: ${COUNTED.en}.`],
  ),
  'step-supervision': of(
    ['待办督办', `{{ name }}，有 ${COUNTED.zh}待办超时未办，请督办。`],
    ['Decisions to supervise', `{{ name }}, decisions of others are overdue, please see to them: ${COUNTED.en}.`],
  ),
  'application-decided': of(
    ['办件已办结', '{{ name }}，你的办件已办结，请登录查看结果。'],
    ['Your application was decided', '{{ name }}, your application was decided.'],
  ),
  'booking-offered': of(
    ['候补有了名额', '{{ name }}，你候补的预约有了名额，请在保留时间内确认。'],
    ['A place is free', '{{ name }}, a place is held for you. Please take it while it is.'],
  ),
  'booking-cancelled': of(
    ['预约被取消', '{{ name }}，你的一个预约被取消，请登录查看。'],
    ['Booking cancelled', '{{ name }}, a booking of yours was cancelled.'],
  ),
  'ticket-overdue': of(
    ['工单超时', `{{ name }}，有 ${COUNTED.zh}工单超时，请督促办理。`],
    ['Overdue tickets', `{{ name }}, tickets are overdue: ${COUNTED.en}.`],
  ),
  'ticket-closed': of(
    ['工单已关闭', '{{ name }}，你的工单因未回复而关闭，数日内可重新打开。'],
    ['Ticket closed', '{{ name }}, your ticket was closed as nothing was heard. You can reopen it for some days.'],
  ),
  'clearance-completed': of(
    ['手续已办完', '{{ name }}，你的报到或离校手续已全部办完。'],
    ['Clearance complete', '{{ name }}, your clearance is complete.'],
  ),
  'admission-reminded': of(
    ['发展党员期限提醒', `{{ name }}，您负责的发展党员工作有 ${COUNTED.zh}期限临近或已过，请登录办理。`],
    [
      'Deadlines of admissions',
      `{{ name }}, deadlines of admissions in your charge are near or past: ${COUNTED.en}. Please see to them.`,
    ],
  ),
  'clearance-reopened': of(
    ['手续需补办', '{{ name }}，你的报到或离校手续重新打开，请登录查看。'],
    ['Clearance open again', '{{ name }}, your clearance is open again.'],
  ),
  unreached: of(
    ['紧急消息未能送达', '{{ name }}，有一条紧急消息未能送达原接收人，现转给您（第 {{ step }} 级），请登录处理。'],
    [
      'An urgent message reached nobody',
      '{{ name }}, an urgent message did not reach its person and is up to you (step {{ step }}).',
    ],
  ),
};

function of(zh: [title: string, body: string], en: [title: string, body: string]): TemplateWords {
  return { zh: { title: zh[0], body: zh[1] }, en: { title: en[0], body: en[1] } };
}
