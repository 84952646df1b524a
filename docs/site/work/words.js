// What the page says, in Chinese and English. Words of the API's own come with its answers.
import { lang } from './page.js';

const WORDS = {
  tasks: ['待我办理', 'Waiting for me'], items: ['办事大厅', 'Service hall'], mine: ['我的办件', 'Mine'],
  another: ['换个身份', 'Be somebody else'], out: ['退出', 'Sign out'], none: ['没有内容。', 'Nothing here.'],
  search: ['查找：名称、拼音或首字母', 'Find: name, pinyin or initials'], forMe: ['只看与我有关的', 'Only what concerns me now'],
  begin: ['开始办理', 'Begin'], due: ['时限', 'Due'], overdue: ['已超时限', 'Overdue'], submit: ['提交', 'Submit'],
  check: ['预检', 'Check'], fine: ['可以提交。', 'It can be submitted.'], saved: ['草稿已保存', 'Draft saved'],
  done: ['已办理。', 'Done.'], offline: ['网络不通，请重试；不会重复办理。', 'No connection. Try again: nothing is done twice.'],
  changed: ['内容已有变化，现为最新。', 'It has changed meanwhile; this is the newest.'], known: ['系统已知，免填', 'Known already'],
  materials: ['材料', 'Materials'], history: ['办理经过', 'History'], comment: ['意见', 'Comment'], choose: ['请选择', 'Choose'],
  steps: ['环节', 'Steps'], status: ['状态', 'Status'], student: ['学生', 'Student'], yes: ['是', 'Yes'], no: ['否', 'No'],
  required: ['必填', 'required'], lines: ['每行一项', 'one a line'], wrong: ['请核对：', 'Please look at:'],
  elsewhere: ['此类事项请用接口办理：', 'Dealt with through the API: '], correct: ['要求补正', 'To be corrected'], warnings: ['学生预警', 'Warnings'],
  approve: ['同意', 'Approve'], reject: ['不同意', 'Reject'], return: ['退回补正', 'Return'], resubmit: ['补正后提交', 'Submit again'],
  withdraw: ['撤回', 'Withdraw'], 'take-back': ['拿回', 'Take back'], urge: ['催办', 'Urge'], suspend: ['中止', 'Suspend'],
  resume: ['恢复', 'Resume'], answer: ['答复', 'Answer'], discard: ['删除草稿', 'Discard'],
  draft: ['草稿', 'Draft'], submitted: ['办理中', 'Awaiting decisions'], returned: ['退回补正', 'Returned'], completed: ['已办结', 'Done'],
  rejected: ['不予办理', 'Refused'], withdrawn: ['已撤回', 'Withdrawn'], approved: ['已同意', 'Approved'], cancelled: ['已撤销', 'Cancelled'],
  closed: ['已销假', 'Closed'], pending: ['待办理', 'Pending'], initiator: ['申请人', 'Applicant'],
};
/** The words of a key; a code of the API that has none here stands for itself. */
export const say = (key) => WORDS[key]?.[lang === 'zh' ? 0 : 1] ?? key;
export const has = (key) => key in WORDS;
