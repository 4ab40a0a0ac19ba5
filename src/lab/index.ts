/**
 * What the rest of the house may ask of this room. It is a bundle of its own, loaded when it is asked for the first
 * time (`await import('./lab/index.ts')`): a node that teaches nothing carries nothing of it.
 * @module
 */

export { LAB_HELP, labCommand } from './command.ts';
