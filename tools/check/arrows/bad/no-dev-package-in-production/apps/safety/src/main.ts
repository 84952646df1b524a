export { default as thing } from 'prettier';
