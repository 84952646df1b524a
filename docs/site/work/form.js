// A form from its JSON Schema and hints alone, and what is filled in.
import { upload } from './api.js';
import { h, instantOf, localOf, pick } from './page.js';
import { say } from './words.js';

const TYPES = { date: 'date', month: 'month', email: 'email', mobile: 'tel', 'date-time': 'datetime-local' };

/** `readOnly`: names of fields that are not to be changed. `changed` is called after each change. */
export function formOf(schema, data, { readOnly = () => false, changed = () => undefined } = {}) {
  const fields = Object.entries(schema.properties ?? {}).map(([name, own]) =>
    fieldOf(name, resolve(own, schema), data?.[name], readOnly(name)),
  );
  const element = h(
    'div',
    { class: 'fields' },
    fields.map((one) => one.element),
  );
  const values = () =>
    Object.fromEntries(fields.map(({ name, value }) => [name, value()]).filter(([, value]) => value !== undefined));
  const mark = () => {
    const required = requiredBy(schema, values());
    for (const { name, element: place } of fields)
      place.querySelector('.must').textContent = required.has(name) ? ` (${say('required')})` : '';
  };
  element.addEventListener('input', () => (mark(), changed()));
  element.addEventListener('change', () => (mark(), changed()));
  mark();
  return { element, values, show: (errors) => showErrors(fields, errors) };
}

const resolve = (own, { $defs }) => (own.$ref ? { ...$defs?.[own.$ref.split('/').pop()], ...own } : own);

/** Names that a form asks for, as it is filled in. */
export function requiredBy(schema, values) {
  const required = new Set(schema.required ?? []);
  const branches = [...(schema.allOf ?? [])];
  if (schema.if) branches.push((holds(schema.if, values) ? schema.then : schema.else) ?? {});
  for (const branch of branches) for (const name of requiredBy(branch, values)) required.add(name);
  return required;
}

function holds({ properties = {}, required = [], not, allOf = [], anyOf }, values) {
  return (
    required.every((name) => values[name] !== undefined) &&
    Object.entries(properties).every(
      ([name, { const: only, enum: some }]) =>
        values[name] === undefined ||
        ((only === undefined || values[name] === only) && (!some || some.includes(values[name]))),
    ) &&
    !(not && holds(not, values)) &&
    allOf.every((one) => holds(one, values)) &&
    (!anyOf || anyOf.some((one) => holds(one, values)))
  );
}

function fieldOf(name, schema, value, disabled) {
  const id = `field-${name}`;
  const { control, read } = controlOf(schema, id, value, disabled);
  const help = [pick(schema['x-help']), pick(schema['x-unit'])].filter(Boolean).join(' · ');
  const error = h('p', { id: `${id}-error`, class: 'error', hidden: true });
  const label = h('label', { htmlFor: id }, pick(schema['x-label']) || name, h('span', { class: 'must' }));
  control.setAttribute('aria-describedby', `${id}-error`);
  return {
    name,
    control,
    error,
    value: read,
    element: h('div', { class: 'field' }, label, help && h('small', {}, help), control, error),
  };
}

function controlOf(schema, id, value, disabled) {
  const type = schema.type;
  const own = { id, disabled };
  if (schema.enum) {
    const option = (code) =>
      h(
        'option',
        { value: String(code), selected: code === value },
        pick(schema['x-labels']?.[code]) || say(String(code)),
      );
    const control = h('select', own, h('option', { value: '' }, say('choose')), schema.enum.map(option));
    return { control, read: () => schema.enum.find((code) => String(code) === control.value) };
  }
  if (type === 'boolean') {
    const control = h('input', { ...own, type: 'checkbox', checked: value === true });
    return { control, read: () => control.checked || (value === undefined && !schema.default ? undefined : false) };
  }
  if (schema['x-widget'] === 'files') return filesOf(schema, own, value);
  if (type === 'array' && schema.items?.enum) {
    const options = schema.items.enum.map((code) =>
      h(
        'option',
        { value: code, selected: value?.includes(code) },
        pick((schema.items['x-labels'] ?? schema['x-labels'])?.[code]) || code,
      ),
    );
    const control = h('select', { ...own, multiple: true }, options);
    return {
      control,
      read: () => (control.selectedOptions.length ? [...control.selectedOptions].map((one) => one.value) : undefined),
    };
  }
  if (type === 'array' || type === 'object') {
    const lines = type === 'array' && schema.items?.type === 'string';
    const control = h('textarea', { ...own, rows: 3, placeholder: lines ? say('lines') : 'JSON' });
    control.value = value === undefined ? '' : lines ? value.join('\n') : JSON.stringify(value, null, 1);
    return {
      control,
      read: () =>
        control.value.trim() === ''
          ? undefined
          : lines
            ? control.value
                .split('\n')
                .map((line) => line.trim())
                .filter(Boolean)
            : json(control.value),
    };
  }
  if (schema['x-widget'] === 'textarea' || schema.maxLength > 200) {
    const control = h('textarea', { ...own, rows: 4, maxLength: schema.maxLength ?? 4000 });
    control.value = value ?? '';
    return { control, read: () => control.value || undefined };
  }
  const number = type === 'integer' || type === 'number';
  const control = h('input', { ...own, type: number ? 'number' : (TYPES[schema.format] ?? 'text') });
  if (number) control.step = type === 'integer' ? '1' : 'any';
  if (schema.maxLength) control.maxLength = schema.maxLength;
  const instant = schema.format === 'date-time';
  control.value = value === undefined ? '' : instant ? localOf(value) : value;
  return {
    control,
    read: () =>
      control.value === ''
        ? undefined
        : number
          ? Number(control.value)
          : instant
            ? instantOf(control.value)
            : control.value,
  };
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Files that were handed in already (`value`) and more. */
function filesOf(schema, own, value = []) {
  let files = [...value];
  const list = h('ul');
  const input = h('input', {
    ...own,
    type: 'file',
    multiple: true,
    accept: 'application/pdf,image/jpeg,image/png,image/webp',
  });
  const control = h('div', { class: 'files' }, input, list);
  const show = () =>
    list.replaceChildren(
      ...files.map((file) =>
        h(
          'li',
          {},
          file.name,
          ' ',
          !own.disabled &&
            h('button', { type: 'button', onclick: () => keep(files.filter((one) => one !== file)) }, '×'),
        ),
      ),
    );
  const keep = (next) => ((files = next), show(), control.dispatchEvent(new Event('change', { bubbles: true })));
  input.addEventListener('change', async (event) => {
    event.stopPropagation();
    try {
      keep([...files, ...(await Promise.all([...input.files].map((file) => upload(schema['x-purpose'], file))))]);
    } catch (problem) {
      list.append(h('li', { class: 'error' }, problem.message));
    }
    input.value = '';
  });
  show();
  return { control, read: () => (files.length ? files.map(({ id }) => id) : undefined) };
}

/** Each error at its field; returns those that are of no field. */
function showErrors(fields, errors) {
  const rest = [];
  for (const { error, control } of fields) ((error.hidden = true), control.removeAttribute('aria-invalid'));
  for (const { pointer, detail } of errors) {
    const path = pointer.replace(/^#\/?(data\/)?/, '').split('/');
    const found = fields.find(({ name }) => name === path[0]);
    if (!found) rest.push(detail);
    else {
      found.error.textContent = detail;
      found.error.hidden = false;
      found.control.setAttribute('aria-invalid', 'true');
    }
  }
  fields.find(({ error }) => !error.hidden)?.control.focus();
  return rest;
}
