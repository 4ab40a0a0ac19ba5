import { ADDRESS_RULE, type Address, parseAddress } from '../host/line-server.ts';
import { UsageError } from './usage.ts';

/** @throws UsageError unless `text` is an address of this machine */
export function addressOption(option: string, text: string): Address {
  const address = parseAddress(text);
  if (address !== null) return address;
  throw new UsageError(`${option} is "${text}"`, `${option} takes ${ADDRESS_RULE}`);
}
