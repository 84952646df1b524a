import { Int } from '#fields';
import { Policy } from '#policy';

/** How long apps may have sensitive permissions. That there is an end follows from 个人信息保护法 art. 6 and 19; the numbers are the school's. */
@Policy({
  key: 'directory.client-approvals',
  title: { zh: '应用敏感权限的批准', en: 'Approval of sensitive permissions of apps' },
})
export class ClientApprovalPolicy {
  @Int({ zh: '一次批准最长天数', en: 'Days that an approval lasts at most', min: 1, max: 3_660, example: 366 })
  longestDays = 366;

  @Int({
    zh: '到期前多少天提醒批准人',
    en: 'Days before its end on which the approver is reminded',
    min: 1,
    max: 365,
    example: 30,
  })
  remindDays = 30;
}
