/**
 * On Node 20 oidc-provider writes, whenever it is loaded, that it is made for later versions. It is tried on 20 with every run of the
 * tests (README, versions); whoever starts Yizhan can do nothing with the line. To be imported before the library.
 */
const { warn } = console;

console.warn = (...said: unknown[]): void => {
  if (!String(said[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn(...said);
};

/** The library is loaded: what it says from here on is heard. */
export function endNotice(): void {
  console.warn = warn;
}
