import { drawModel } from '../draw/index.ts';
import { fileForEach } from './format.ts';

/** The drawing: every state, transition, guard and action of the chart. */
export const svg = fileForEach('svg', 'the drawing, for daylight and for the dark', '.svg', drawModel);
