import { defineProblem } from '#problems';

export const WebhookTargetRefused = defineProblem({
  code: 'integration/webhook-target-refused',
  status: 422,
  zh: '接收地址不可用',
  en: 'The address of the receiver cannot be used',
});

export const WebhookTypeRefused = defineProblem({
  code: 'integration/webhook-type-refused',
  status: 422,
  zh: '应用没有接收该类事件的权限',
  en: 'The app lacks the permission that these events ask for',
});

export const WebhookTooSoon = defineProblem({
  code: 'integration/webhook-too-soon',
  status: 409,
  zh: '刚刚发送过，请一分钟后再试',
  en: 'It was sent a moment ago: try again in a minute',
});

export const WebhookDisabled = defineProblem({
  code: 'integration/webhook-disabled',
  status: 409,
  zh: '该推送已停用，请先启用',
  en: 'The webhook is disabled: enable it first',
});

export const WebhookTooMany = defineProblem({
  code: 'integration/webhook-too-many',
  status: 409,
  zh: '每个应用最多登记 20 个推送地址',
  en: 'An app may register at most 20 webhooks',
});
