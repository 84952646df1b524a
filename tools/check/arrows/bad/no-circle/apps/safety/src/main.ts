import type { Other } from './other.js';

export interface Main {
  other: Other;
}
