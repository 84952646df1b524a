// Certificates of one's own: those there are, as PDF, and new ones.
import { api, can, download, get } from './api.js';
import { h, pick } from './page.js';
import { me } from './session.js';
import { say } from './words.js';

const LANGUAGES = { zh: '中文', en: 'English' };

export async function showCertificates(show) {
  const { data } = await get('/affairs/v1/certificates?mine=true&limit=50');
  const failed = h('p', { role: 'alert', class: 'error' });
  const tried = (act) => async () => {
    try {
      failed.textContent = '';
      await act();
    } catch (problem) {
      failed.textContent = problem.message;
    }
  };
  const rows = data.map((one) =>
    h(
      'li',
      {},
      `${pick(one.name)} · ${one.number} `,
      h('small', {}, say(one.status), ' ', one.issuedOn, ' – ', one.expiresOn),
      h(
        'button',
        { type: 'button', class: 'pdf', onclick: tried(() => download(one.file)) },
        `PDF (${LANGUAGES[one.language]})`,
      ),
    ),
  );
  const kinds = (await can('affairs:certificate:issue')) ? await get('/affairs/v1/certificates/templates') : [];
  const issue = (kind, language) =>
    tried(async () => {
      await api('POST', '/affairs/v1/certificates', { body: { kind, language, studentId: me() } });
      await showCertificates(show);
    });
  show(
    say('certificates'),
    h('ul', { class: 'rows' }, rows),
    rows.length === 0 && h('p', {}, say('none')),
    failed,
    kinds.length > 0 && h('h2', {}, say('newCertificate')),
    h(
      'ul',
      { class: 'rows' },
      kinds.map(({ kind, name }) =>
        h(
          'li',
          {},
          pick(name),
          ' ',
          Object.entries(LANGUAGES).map(([language, label]) => [
            h(
              'button',
              { type: 'button', 'data-issue': `${kind}-${language}`, lang: language, onclick: issue(kind, language) },
              label,
            ),
            ' ',
          ]),
        ),
      ),
    ),
  );
}
