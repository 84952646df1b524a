// A new leave: its form, whether it would pass and who would decide, and its submission.
import { api } from './api.js';
import { formOf } from './form.js';
import { h, lang } from './page.js';
import { say } from './words.js';

const FORM = {
  required: ['kind', 'startsAt', 'endsAt', 'reason', 'destination'],
  properties: {
    kind: {
      enum: ['personal', 'sick', 'official'],
      'x-label': { zh: '类别', en: 'Kind' },
      'x-labels': {
        personal: { zh: '事假', en: 'Personal' },
        sick: { zh: '病假', en: 'Sick' },
        official: { zh: '公假', en: 'Official' },
      },
    },
    startsAt: { type: 'string', format: 'date-time', 'x-label': { zh: '开始', en: 'From' } },
    endsAt: { type: 'string', format: 'date-time', 'x-label': { zh: '结束（不含）', en: 'To (exclusive)' } },
    reason: { type: 'string', maxLength: 2000, 'x-label': { zh: '事由', en: 'Reason' } },
    destination: { type: 'string', maxLength: 200, 'x-label': { zh: '去向', en: 'Destination' } },
    contact: { type: 'string', maxLength: 100, 'x-label': { zh: '联系方式', en: 'How to be reached' } },
    urgent: {
      type: 'boolean',
      'x-label': { zh: '紧急：可事后补交材料', en: 'Urgent: papers may follow' },
    },
    attachments: {
      type: 'array',
      'x-widget': 'files',
      'x-purpose': 'leave-proof',
      'x-label': { zh: '证明材料', en: 'Proofs' },
    },
  },
};

export function showNewLeave(show) {
  const form = formOf(FORM, {});
  const found = h('div', { role: 'alert' });
  const told = (good, head, rows) =>
    found.replaceChildren(
      h(
        'div',
        { class: `verdict ${good ? 'valid' : 'revoked'}` },
        head,
        h(
          'ul',
          {},
          rows.map((row) => h('li', {}, row)),
        ),
      ),
    );
  const failed = (problem) => told(false, problem.message, form.show(problem.errors ?? []));
  const check = async () => {
    try {
      const { kind, startsAt, endsAt, urgent, attachments } = form.values();
      const body = { kind, startsAt, endsAt, urgent, attachments };
      const { possible, steps, findings } = await api('POST', '/affairs/v1/leaves/precheck', { body });
      const rest = form.show(findings.map((one) => ({ pointer: one.pointer ?? '', detail: one[lang] })));
      const deciders = steps.map(({ people }) => people.map(({ name }) => name).join(' / '));
      told(
        possible,
        say(possible ? 'fine' : 'wrong'),
        possible ? [...rest, `${say('decides')} ${deciders.join(' → ')}`] : rest,
      );
      return possible;
    } catch (problem) {
      failed(problem);
      return false;
    }
  };
  const submit = async () => {
    if (!(await check())) return;
    try {
      const { id } = await api('POST', '/affairs/v1/leaves', { body: form.values() });
      location.hash = `#/leaves/${id}`;
    } catch (problem) {
      failed(problem);
    }
  };
  show(
    say('newLeave'),
    h(
      'form',
      { novalidate: true, class: 'work', onsubmit: (event) => (event.preventDefault(), submit()) },
      form.element,
      found,
      h('button', { type: 'button', id: 'check', onclick: check }, say('check')),
      ' ',
      h('button', { class: 'first', id: 'submit' }, say('submit')),
    ),
  );
}
