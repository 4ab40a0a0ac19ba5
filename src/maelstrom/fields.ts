import * as v from 'valibot';
import type { Json } from '../../machines/json.ts';
import { isStorable, STORABLE } from './values.ts';

/** Fields that requests of several kinds have. */

export const ANY_JSON = v.custom<Json>(isStorable, STORABLE);

export const FLAG_RULE = 'true or false';
export const FLAG = v.boolean(FLAG_RULE);
