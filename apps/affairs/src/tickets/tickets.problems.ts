import { defineProblem } from '#problems';

export const TicketKindUnknown = defineProblem({
  code: 'affairs/ticket-kind-unknown',
  status: 422,
  zh: '没有这个种类的工单',
  en: 'There is no such kind of ticket',
});
export const TicketNeedsPlace = defineProblem({
  code: 'affairs/ticket-needs-place',
  status: 422,
  zh: '该种类须填写地点',
  en: 'This kind must say where it is',
});
export const TicketNotInState = defineProblem({
  code: 'affairs/ticket-not-in-state',
  status: 409,
  zh: '工单的当前状态不能这样办理',
  en: 'The ticket is not in a state for that',
});
export const TicketNotOwn = defineProblem({
  code: 'affairs/ticket-not-own',
  status: 409,
  zh: '只有提交工单的学生本人可以办理',
  en: 'That is for the student whose ticket it is',
});
export const TicketNotHandled = defineProblem({
  code: 'affairs/ticket-not-handled',
  status: 409,
  zh: '只有承办部门的人员可以办理',
  en: 'That is for the department that deals with it',
});
export const TicketTaken = defineProblem({
  code: 'affairs/ticket-taken',
  status: 409,
  zh: '已有人受理该工单',
  en: 'Somebody has taken the ticket',
});
export const TicketTakeIsPersonal = defineProblem({
  code: 'affairs/ticket-take-is-personal',
  status: 403,
  zh: '受理须由人员进行：应用须代表人员调用',
  en: 'A person takes a ticket: the app must act for one',
});
export const TicketRefusedBefore = defineProblem({
  code: 'affairs/ticket-refused-before',
  status: 409,
  zh: '该部门已退回过一次，或本就在总服务台',
  en: 'The department has refused it once already, or it is at the desk',
});
export const CannotHandleTickets = defineProblem({
  code: 'affairs/cannot-handle-tickets',
  status: 422,
  zh: '此人没有在该部门办理工单的任职',
  en: 'This person holds no post of the department that deals with tickets',
});
export const TicketUnitWrong = defineProblem({
  code: 'affairs/ticket-unit-wrong',
  status: 422,
  zh: '须为另一个在用的部门，或有楼长的楼栋',
  en: 'It must be another department that is active, or a building with a head',
});
export const TicketReopenTooLate = defineProblem({
  code: 'affairs/ticket-reopen-too-late',
  status: 409,
  zh: '办结或关闭 {days} 天后不能重新打开；请提交新工单',
  en: 'It can be reopened for {days} days after its end; submit a new one',
});
export const TicketRatedBefore = defineProblem({
  code: 'affairs/ticket-rated-before',
  status: 409,
  zh: '已经评价过',
  en: 'It was rated already',
});
export const TicketUrgedBefore = defineProblem({
  code: 'affairs/ticket-urged-before',
  status: 409,
  zh: '{hours} 小时内已催办过',
  en: 'It was urged within {hours} hours already',
});
export const TicketHasFollowers = defineProblem({
  code: 'affairs/ticket-has-followers',
  status: 409,
  zh: '有工单并入本工单；请先解除合并',
  en: 'Others were merged into it; undo that first',
});
export const TicketMergeWrong = defineProblem({
  code: 'affairs/ticket-merge-wrong',
  status: 422,
  zh: '只能并入同一承办部门另一件未办结、未被合并的工单',
  en: 'It can be merged into another ticket of the same department alone, which is neither done nor merged',
});
export const AnonymousTicketsOff = defineProblem({
  code: 'affairs/anonymous-tickets-off',
  status: 403,
  zh: '学校未开放匿名工单，或该种类不接受匿名',
  en: 'The school takes no anonymous tickets, or none of this kind',
});
export const AnonymousNotAsPerson = defineProblem({
  code: 'affairs/anonymous-not-as-person',
  status: 403,
  zh: '匿名工单须由应用以自身的令牌提交，不得带有人员身份',
  en: 'An app sends anonymous tickets with a token of its own, which names no person',
});
export const TicketCodeUnknown = defineProblem({
  code: 'affairs/ticket-code-unknown',
  status: 404,
  zh: '没有与该查询码对应的工单',
  en: 'No ticket has this code',
});
