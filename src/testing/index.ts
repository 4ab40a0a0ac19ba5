/**
 * Tests from charts: every path and long walks through a chart, judged by a reference that says in other words what
 * it should do; how much of the chart they cover; and whether they would notice a fault in it. For any XState chart
 * that acts by `assign` and `emit` only and waits by events; docs/testing.md shows how.
 * @module
 */
export { Coverage, type Report } from './coverage.ts';
export { type Life, type Look, type Model, type Reference, type Stage, stageOf } from './model.ts';
export { MUTANT_KINDS, type Mutant, type MutantKind, mutantsOf, objectionTo } from './mutants.ts';
export { type Path, type Paths, pathsOf, takePath, takeWalk } from './paths.ts';
export { coverageFaults, coverageTable, type Reasons, type Row, uncovered } from './report.ts';
