/** One step of a JSON pointer (RFC 6901), cut to a sane length; control characters as JSON writes them. */
export function pointerPart(key: string): string {
  return shownControls(key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A text that a caller made up, with its control characters as JSON writes them. */
export function shownControls(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
