// Elements, dates and the language of the page.
export const lang = document.documentElement.lang === 'en' ? 'en' : 'zh';

/** `{ zh, en }` in the language of the page. */
export const pick = (text) => text?.[lang] ?? text?.zh ?? '';

/** An element. `on…` are listeners, the rest are properties or attributes; null and false children are left out. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof element[name] !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let zone;
export const useZone = (timeZone) => (zone = timeZone);
const locale = lang === 'zh' ? 'zh-CN' : 'en-GB';

export function when(instant) {
  const options = { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' };
  return h('time', { dateTime: instant }, new Intl.DateTimeFormat(locale, options).format(new Date(instant)));
}

/** How far a zone is from UTC at an instant, in ms. */
function offset(at) {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  return Date.parse(`${parts.format(at).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
}

/** The value of `<input type=datetime-local>`, a time on campus, as an instant, and back. */
export function instantOf(local) {
  const asUtc = Date.parse(`${local}Z`);
  return Number.isNaN(asUtc) ? local : new Date(asUtc - offset(asUtc - offset(asUtc))).toISOString();
}
export function localOf(instant) {
  const at = Date.parse(instant);
  return new Date(at + offset(at)).toISOString().slice(0, 16);
}

/** Says something to everybody, screen readers included. */
export function announce(text, kind = 'good') {
  const place = document.querySelector('#said');
  place.className = text ? kind : '';
  place.replaceChildren(text);
}

export const field = (label, value) => h('div', {}, h('dt', {}, label), h('dd', {}, value));
