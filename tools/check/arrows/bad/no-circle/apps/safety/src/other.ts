import type { Main } from './main.js';

export interface Other {
  main: Main;
}
