// The work page: what waits, the service hall, an application. It knows nothing but the API's answers.
import { api, can, get } from './api.js';
import { showApplication } from './application.js';
import { showCertificates } from './certificates.js';
import { showNewLeave } from './leave.js';
import { field, h, lang, pick, useZone, when } from './page.js';
import { openSession, signIn, signOut } from './session.js';
import { say } from './words.js';

function begin() {
  const link = (hash, key) => h('a', { href: hash }, say(key));
  const nav = h(
    'nav',
    { class: 'work' },
    ...[link('#/', 'tasks'), link('#/items', 'items'), link('#/mine', 'mine'), link('#/certificates', 'certificates')],
    h('button', { type: 'button', onclick: () => signIn(true) }, say('another')),
    h('button', { type: 'button', onclick: signOut }, say('out')),
  );
  const main = h('main', { class: 'text', id: 'main', tabIndex: -1 });
  document.querySelector('main').replaceWith(nav, h('p', { id: 'said', role: 'status' }), main);
  document.querySelector('a.language').addEventListener('click', (event) => (event.currentTarget.hash = location.hash));
  addEventListener('hashchange', () => route(main));
  route(main);
}

let shown = 0;
async function route(main) {
  const [, view = '', id] = location.hash.slice(1).split('/');
  const turn = ++shown;
  const show = (title, ...content) => {
    if (turn !== shown) return;
    document.title = `${title} · ${HOUSE}`;
    main.replaceChildren(h('h1', { tabIndex: -1 }, title), ...content.flat().filter(Boolean));
    main.querySelector('h1').focus();
  };
  document.querySelector('#said').replaceChildren();
  main.setAttribute('aria-busy', 'true');
  try {
    if (view === 'items' && id) await showItem(show, id);
    else if (view === 'items') await showItems(show);
    else if (view === 'mine') await showMine(show);
    else if (view === 'certificates') await showCertificates(show);
    else if (view === 'leaves' && id === 'new') showNewLeave(show);
    else if (view === 'applications' || view === 'leaves') await showApplication(show, `/affairs/v1/${view}/${id}`);
    else await showTasks(show);
  } catch (problem) {
    show(say('wrong'), h('p', { class: 'verdict revoked', role: 'alert' }, problem.message));
  }
  main.removeAttribute('aria-busy');
}
const HOUSE = lang === 'zh' ? '一站' : 'Yizhan';

const ours = (path) => /^\/affairs\/v1\/(applications|leaves)\/[^/]+$/.test(path);
const list = (rows) => (rows.length ? h('ul', { class: 'rows' }, rows) : h('p', {}, say('none')));

async function showTasks(show, only = '') {
  const [{ data }, warns] = await Promise.all([
    get(`/affairs/v1/tasks?sort=dueAt&limit=100${only}`),
    can('early-warning:warning:read'),
  ]);
  const warnings = warns ? (await get('/early-warning/v1/warnings?status=open&limit=10')).data : [];
  const rows = data.map(({ path, title, name, student, dueAt, overdue }) => {
    const about = [pick(title), student?.name].filter(Boolean).join(' · ');
    const due =
      dueAt && h('span', { class: overdue ? 'late' : '' }, say(overdue ? 'overdue' : 'due'), ' ', when(dueAt));
    const head = ours(path)
      ? h('a', { href: `#${path.replace('/affairs/v1', '')}` }, about)
      : h('span', {}, about, ' ', h('small', {}, say('elsewhere'), h('code', {}, path.replace(/\/[^/]+$/, ''))));
    return h('li', {}, head, h('small', {}, pick(name), ' ', due));
  });
  const warned = warnings.map(({ student, rule, reason }) =>
    h('li', {}, `${pick(rule.title)} · ${student.name}`, h('small', {}, pick(reason))),
  );
  const filter = (key, query) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': only === query ? 'true' : 'false', onclick: () => showTasks(show, query) },
      say(key),
    );
  const filters = [
    ['all', ''],
    ['applications', '&subjectKind=application'],
    ['leaves', '&subjectKind=leave&subjectKind=group-leave'],
    ['overdue', '&overdue=true'],
  ];
  show(
    say('tasks'),
    h(
      'p',
      { class: 'filters' },
      filters.map(([key, query]) => [filter(key, query), ' ']),
    ),
    list(rows),
    warns && h('h2', {}, say('warnings')),
    warns && list(warned),
  );
}

async function showItems(show) {
  const input = h('input', { type: 'search', id: 'q', maxLength: 50 });
  const mine = h('input', { type: 'checkbox', id: 'for-me' });
  const found = h('div', { 'aria-live': 'polite' });
  let turn = 0;
  const find = async () => {
    const own = ++turn;
    const query = new URLSearchParams({
      limit: '100',
      sort: 'name',
      ...(input.value && { q: input.value }),
      ...(mine.checked && { forMe: 'true' }),
    });
    const { data } = await get(`/affairs/v1/items?${query}`);
    if (own === turn)
      found.replaceChildren(
        list(
          data.map(({ id, name, owner }) =>
            h('li', {}, h('a', { href: `#/items/${id}` }, pick(name)), h('small', {}, owner.name ?? '')),
          ),
        ),
      );
  };
  input.addEventListener('input', find);
  mine.addEventListener('change', find);
  show(
    say('items'),
    h('p', {}, h('label', { htmlFor: 'q' }, say('search')), input),
    h('p', {}, mine, ' ', h('label', { htmlFor: 'for-me' }, say('forMe'))),
    found,
  );
  await find();
}

async function showItem(show, id) {
  const { content, code, name, eligibility, mayApply, openings, workingDays } = await get(`/affairs/v1/items/${id}`);
  const failed = h('p', { role: 'alert' });
  const begun = async () => {
    try {
      const { id: made } = await api('POST', '/affairs/v1/applications', { body: { item: code } });
      location.hash = `#/applications/${made}`;
    } catch (problem) {
      failed.replaceChildren(problem.message);
    }
  };
  const unmet = eligibility.filter(({ ok }) => !ok).map(({ reason }) => h('li', {}, pick(reason)));
  show(
    pick(name),
    h('p', {}, lang === 'zh' ? content.summaryZh : content.summaryEn),
    h(
      'ol',
      {},
      content.steps.map((step) => h('li', {}, pick(step.name))),
    ),
    content.materials.length > 0 && h('h2', {}, say('materials')),
    h(
      'ul',
      {},
      content.materials.map((one) => h('li', {}, pick(one.name))),
    ),
    unmet.length > 0 && h('ul', {}, unmet),
    openings.length > 0 &&
      h(
        'ul',
        {},
        openings.map(({ title, method, path }) =>
          h('li', {}, pick(title), ' ', h('small', {}, say('elsewhere'), h('code', {}, `${method} ${path}`))),
        ),
      ),
    mayApply && h('p', {}, h('button', { type: 'button', id: 'begin', class: 'first', onclick: begun }, say('begin'))),
    failed,
    h(
      'dl',
      { class: 'facts' },
      field(say('due'), workingDays === null ? '–' : `${workingDays} ${lang === 'zh' ? '个工作日' : 'working days'}`),
    ),
  );
}

async function showMine(show) {
  const of = async (right, path) =>
    (await can(right)) ? (await get(`/affairs/v1/${path}?mine=true&limit=50`)).data : [];
  const [applications, leaves] = await Promise.all([
    of('affairs:application:submit', 'applications'),
    of('affairs:leave:submit', 'leaves'),
  ]);
  const row = (kind, title) => (one) =>
    h(
      'li',
      {},
      h('a', { href: `#/${kind}/${one.id}` }, title(one)),
      h('small', {}, say(one.status), ' ', when(one.createdAt)),
    );
  const leave = lang === 'zh' ? '请假' : 'Leave';
  show(
    say('mine'),
    (await can('affairs:leave:submit')) && h('p', {}, h('a', { href: '#/leaves/new' }, say('newLeave'))),
    list([
      ...applications.map(row('applications', ({ name }) => pick(name))),
      ...leaves.map(row('leaves', () => leave)),
    ]),
  );
}

const settings = await (await fetch('/docs/work/settings.json')).json();
useZone(settings.timeZone);
if (settings.origin !== location.origin) location.replace(settings.origin + location.pathname + location.search);
else if (await openSession(settings)) begin();
else {
  document.querySelector('.enter').hidden = false;
  document.querySelector('#sign-in').addEventListener('click', () => signIn());
}
