export { thing } from 'a-package-nobody-declared';
