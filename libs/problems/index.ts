export {
  allProblems,
  defineProblem,
  type FieldError,
  Problem,
  type ProblemClass,
  type ProblemDetails,
  type ProblemKind,
  titleOf,
} from './problem.js';
export * from './general.js';
export { pointerPart, shownControls } from './pointers.js';
