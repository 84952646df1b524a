// One application or leave: its form while it is a draft, else its facts; what can be done, as `actions` of the answer say.
import { api, download, get } from './api.js';
import { formOf } from './form.js';
import { announce, field, h, lang, pick, when } from './page.js';
import { has, say } from './words.js';

/** What is done at once or with a comment; what names people, or changes a leave's times, is for apps with more room. */
const PLAIN = ['approve', 'reject', 'return', 'withdraw', 'take-back', 'urge', 'suspend', 'resume', 'answer'];
const MUST_SAY = ['reject', 'return'];
const COLON = lang === 'zh' ? '：' : ': ';

export async function showApplication(show, path) {
  const shown = await get(path);
  const again = async (text) => (await showApplication(show, path), announce(text));
  const history = await get(`${path}/history?limit=100`).catch(() => ({ data: [] }));
  const allowed = new Set(shown.actions.filter((one) => one.allowed).map(({ action }) => action));
  const content = shown.item ? await contentOf(shown) : undefined;
  const editable = allowed.has('save') || allowed.has('resubmit');
  const title = shown.name ? pick(shown.name) : lang === 'zh' ? '请假' : 'Leave';
  const data = shown.data ?? { reason: shown.reason, destination: shown.destination };
  show(
    title,
    h(
      'dl',
      { class: 'facts' },
      field(say('student'), `${shown.student.name} ${shown.student.number}`),
      field(say('status'), say(shown.status)),
      shown.dueAt && field(say('due'), when(shown.dueAt)),
    ),
    content && editable ? editor(shown, content, path, allowed, again) : facts(data, content),
    filesOf(shown, content),
    actions(shown, content, path, allowed, again),
    shown.steps.length > 0 && h('h2', {}, say('steps')),
    h(
      'ol',
      {},
      shown.steps.map(({ name, decision, comment }) =>
        h('li', {}, `${pick(name)}${COLON}${say(decision)}`, comment && h('p', { class: 'comment' }, comment)),
      ),
    ),
    history.data.length > 0 && h('h2', {}, say('history')),
    h(
      'ol',
      { class: 'history' },
      history.data.map(({ action, occurredAt, comment }) =>
        h('li', {}, when(occurredAt), ` ${say(action)}`, comment && h('p', { class: 'comment' }, comment)),
      ),
    ),
  );
}

/** What was handed in, to be opened. */
function filesOf({ materials = [], attachments = [] }, content) {
  const labelOf = (key) => pick(content?.materials.find((one) => one.key === key)?.name) || key;
  const named = [
    ...materials.flatMap(({ key, files }) => files.map((file) => [labelOf(key), file])),
    ...attachments.map((file) => [say('materials'), file]),
  ];
  if (named.length === 0) return null;
  const opened = (file) => (event) => {
    event.preventDefault();
    download(file).catch((problem) => announce(problem.message, 'bad'));
  };
  return h(
    'ul',
    { class: 'rows' },
    named.map(([label, file]) =>
      h('li', {}, label, COLON, h('a', { href: '', class: 'file', onclick: opened(file) }, file.name)),
    ),
  );
}

async function contentOf({ item, itemVersion }) {
  const { data } = await get(`/affairs/v1/items?code=${item}`);
  return data[0] && (await get(`/affairs/v1/items/${data[0].id}?number=${itemVersion}`)).content;
}

function facts(data, content) {
  const said = (name, value) => {
    const schema = content?.form.properties[name];
    if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
    if (value !== null && typeof value === 'object')
      return Array.isArray(value) && value.every((one) => typeof one !== 'object')
        ? value.join('、')
        : JSON.stringify(value);
    return pick(schema?.['x-labels']?.[value]) || String(value ?? '–');
  };
  return h(
    'dl',
    { class: 'facts' },
    Object.entries(data).map(([name, value]) =>
      field(pick(content?.form.properties[name]?.['x-label']) || name, said(name, value)),
    ),
  );
}

function editor(shown, content, path, allowed, again) {
  const known = shown.prefilled.map((one) => one.field);
  const fields = Object.entries(content.form.properties).filter(
    ([name, own]) => !known.includes(name) && !own.readOnly,
  );
  const correcting = allowed.has('resubmit');
  const locked = (part) => (name) => correcting && !shown.correctable.includes(`${part}.${name}`);
  const files = content.materials.map(({ key, name, required }) => [
    key,
    { type: 'array', 'x-widget': 'files', 'x-purpose': 'application-material', 'x-label': name, required },
  ]);
  const handed = Object.fromEntries(shown.materials.map((one) => [one.key, one.files]));
  const changed = () => (clearTimeout(waiting), !correcting && (waiting = setTimeout(() => save().catch(said), 800)));
  const form = formOf({ ...content.form, properties: Object.fromEntries(fields) }, shown.data, {
    readOnly: locked('data'),
    changed,
  });
  const needed = files.filter(([, { required }]) => required).map(([key]) => key);
  const materials = formOf({ properties: Object.fromEntries(files), required: needed }, handed, {
    readOnly: locked('materials'),
    changed,
  });
  const status = h('p', { role: 'status', class: 'saved' });
  const wrong = h('div', { role: 'alert' });
  let waiting;
  let { version } = shown;
  let saving = Promise.resolve();
  const kept = correcting
    ? Object.fromEntries(Object.entries(shown.data).filter(([name]) => !fields.some(([one]) => one === name)))
    : {};
  const body = () => ({
    data: { ...kept, ...form.values() },
    materials: Object.entries(materials.values()).map(([key, files]) => ({ key, files })),
  });
  // One after the other: each save names the version of the one before.
  const save = () => {
    clearTimeout(waiting);
    const next = saving
      .catch(() => undefined)
      .then(async () => {
        version = (await api('PUT', path, { body: body(), version })).version;
        status.textContent = say('saved');
      });
    return (saving = next);
  };
  const said = (problem) => {
    if (problem.status === 412) return again(say('changed'));
    const errors = problem.errors ?? [];
    const rest = form.show(errors);
    wrong.replaceChildren(
      h(
        'p',
        { class: 'verdict revoked' },
        problem.message,
        rest.length > 0 &&
          h(
            'ul',
            {},
            rest.map((one) => h('li', {}, one)),
          ),
      ),
    );
  };
  const check = async () => {
    try {
      const { possible, findings } = await api('POST', `${path}/precheck`, { body: body() });
      const errors = findings.map((one) => ({ pointer: one.pointer, detail: one[lang] }));
      const rest = form.show(errors);
      wrong.replaceChildren(
        h(
          'p',
          { class: `verdict ${possible ? 'valid' : 'revoked'}` },
          say(possible ? 'fine' : 'wrong'),
          h(
            'ul',
            {},
            rest.map((one) => h('li', {}, one)),
          ),
        ),
      );
      return possible;
    } catch (problem) {
      said(problem);
      return false;
    }
  };
  const submit = async () => {
    try {
      if (!correcting) await save();
      if (!(await check())) return;
      if (correcting) await api('POST', `${path}/resubmit`, { body: body(), version });
      else await api('POST', `${path}/submit`, { version });
      await again(say('done'));
    } catch (problem) {
      said(problem);
    }
  };
  return h(
    'form',
    { novalidate: true, class: 'work', onsubmit: (event) => (event.preventDefault(), submit()) },
    known.length > 0 && h('p', {}, h('small', {}, say('known'))),
    facts(Object.fromEntries(shown.prefilled.map((one) => [one.field, one.value])), content),
    ...[form.element, files.length > 0 && h('h2', {}, say('materials')), materials.element, wrong, status],
    h('button', { type: 'button', onclick: check }, say('check')),
    ' ',
    h('button', { class: 'first', id: 'submit' }, say(correcting ? 'resubmit' : 'submit')),
  );
}

/** A button for each thing that the answer allows. */
function actions(shown, content, path, allowed, again) {
  const offers = shown.actions.filter(({ action }) => allowed.has(action) && PLAIN.includes(action) && has(action));
  if (offers.length === 0) return null;
  const failed = h('p', { role: 'alert', class: 'error' });
  const comment = h('textarea', { id: 'comment', rows: 2, maxLength: 1000 });
  const back = offers.find(({ action }) => action === 'return');
  const named = back?.fields ?? [];
  // A field of the form, or a material, by its own name.
  const labelOf = (name) => {
    const [part, key] = name.split('.');
    const own =
      part === 'data'
        ? content?.form.properties[key]?.['x-label']
        : content?.materials.find((one) => one.key === key)?.name;
    return pick(own) || name;
  };
  const boxes = named.map((name) => h('input', { type: 'checkbox', value: name, id: `correct-${name}` }));
  const act = async ({ action }) => {
    failed.textContent = '';
    if (MUST_SAY.includes(action) && comment.value.trim() === '') {
      failed.textContent = `${say('comment')}${COLON}${say('required')}`;
      return comment.focus();
    }
    const fields = boxes.filter((box) => box.checked).map((box) => box.value);
    const more = action === 'return' && fields.length > 0 ? { fields } : {};
    try {
      await api('POST', `${path}/actions`, {
        version: shown.version,
        body: { action, ...(comment.value.trim() && { comment: comment.value.trim() }), ...more },
      });
      await again(say('done'));
    } catch (problem) {
      if (problem.status === 412) return again(say('changed'));
      failed.textContent = problem.message;
    }
  };
  return h(
    'section',
    { class: 'actions-of' },
    h('label', { htmlFor: 'comment' }, say('comment')),
    comment,
    boxes.length > 0 &&
      h(
        'fieldset',
        {},
        h('legend', {}, say('correct')),
        boxes.map((box) => h('div', {}, box, ' ', h('label', { htmlFor: box.id }, labelOf(box.value)))),
      ),
    failed,
    h(
      'p',
      {},
      offers.map((offer) => [
        h(
          'button',
          {
            type: 'button',
            'data-action': offer.action,
            class: offer.action === 'approve' ? 'first' : '',
            onclick: () => act(offer),
          },
          say(offer.action),
        ),
        ' ',
      ]),
    ),
  );
}
