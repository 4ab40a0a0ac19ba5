/**
 * What the rest of the house may ask of this room. It is a bundle of its own, loaded when it is asked for the first
 * time (`await import('../charts/index.ts')`): a node that draws nothing carries nothing of it.
 * @module
 */

export { CHARTS_HELP, chartsCommand } from './command.ts';
export { drawChart } from './draw/index.ts';
