export { figuresOf } from './figures.ts';
export { page } from './page.ts';
export { tablesOf } from './tables.ts';
