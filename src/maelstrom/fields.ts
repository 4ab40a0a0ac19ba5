import * as v from 'valibot';
import type { Json } from '../../machines/json.ts';
import { isStorable, STORABLE } from './values.ts';

/** Fields that requests of several kinds have. */

export const ANY_JSON = v.custom<Json>(isStorable, STORABLE);

/** The longest name of a node, in UTF-16 units: it travels in every message and in every log entry. */
export const MAX_NAME_LENGTH = 1024;

export const NAME_RULE = `a string of 1 to ${MAX_NAME_LENGTH} characters`;
export const NAME = v.pipe(
  v.string(NAME_RULE),
  v.minLength(1, NAME_RULE),
  v.maxLength(MAX_NAME_LENGTH, NAME_RULE),
);

const INDEX_RULE = `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`;
/** An index of the log. */
export const INDEX = v.pipe(v.number(INDEX_RULE), v.safeInteger(INDEX_RULE), v.minValue(0, INDEX_RULE));

export const FLAG_RULE = 'true or false';
export const FLAG = v.boolean(FLAG_RULE);
