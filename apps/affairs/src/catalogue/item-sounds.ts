import { pinyin } from 'pinyin-pro';

const OPTIONS = { toneType: 'none', type: 'array', v: true, nonZh: 'consecutive' } as const;

/**
 * How a Chinese name is typed by its sound: from each of its syllables on, in full (`zaiduzhengming`, `duzhengming`, …) and by initials
 * (`zdzm`, `dzm`, …). Whoever types the beginning of one of these means the name.
 */
export function soundsOf(name: string): string[] {
  const syllables = pinyin(name, OPTIONS).map(typed).filter(Boolean);
  const initials = syllables.map((syllable) => (/^\d/.test(syllable) ? syllable : syllable.slice(0, 1)));
  return [...new Set([syllables, initials].flatMap((parts) => parts.map((_, i) => parts.slice(i).join(''))))];
}

/** Letters and digits of what somebody typed, without tones: `lǜ sè` is `lvse`. Empty: nothing of a sound. */
export function typed(text: string): string {
  const plain = text
    .toLowerCase()
    .normalize('NFD')
    .replace(/u\u0304?\u0308/g, 'v')
    .replace(/[\u0300-\u036f]/g, '');
  return plain.replace(/[^a-z0-9]/g, '');
}
