/** A message as it stands on a line: who sent it, to whom, and what it says. */
export type Message = {
  readonly src: string;
  readonly dest: string;
  readonly body: Body;
};

export type Body = {
  readonly type: string;
  readonly msg_id?: number;
  readonly in_reply_to?: number;
  readonly [field: string]: unknown;
};

const MAX_SHOWN = 200;

/** Text of foreign make, cut to a length that can be read. */
export function excerpt(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`;
}

/**
 * Reads a line that the node `sender` wrote. Like Maelstrom, which takes nothing else for a message.
 *
 * @returns the message, or in one sentence what is wrong with it
 */
export function readMessage(text: string, sender: string): Message | { readonly problem: string } {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { problem: `wrote a line that is not JSON: ${excerpt(text)}` };
  }
  const problem = problemOf(message, sender);
  return problem === undefined ? (message as Message) : { problem: `${problem}: ${excerpt(text)}` };
}

function problemOf(message: unknown, sender: string): string | undefined {
  if (!isObject(message)) return 'wrote a line that is JSON but no message';
  for (const field in message) {
    if (field === 'src' || field === 'dest' || field === 'body' || field === 'id') continue;
    return `wrote a message with the unknown field ${JSON.stringify(field)} beside src, dest and body`;
  }
  if (typeof message.dest !== 'string') return 'wrote a message whose "dest" is no string';
  if (message.src !== sender) return `wrote a message whose "src" is not "${sender}"`;
  const { body } = message;
  if (!isObject(body)) return 'wrote a message whose "body" is no object';
  if (typeof body.type !== 'string') return 'wrote a message whose body\'s "type" is no string';
  if (body.msg_id !== undefined && !Number.isInteger(body.msg_id))
    return 'wrote a message whose "msg_id" is no integer';
  if (body.in_reply_to !== undefined && !Number.isInteger(body.in_reply_to)) {
    return 'wrote a message whose "in_reply_to" is no integer';
  }
  return undefined;
}

function isObject(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
