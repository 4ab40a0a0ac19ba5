type Copy = (record: object) => object;

let count = 0;

/**
 * A function that copies a record's own properties into a new object, for the records of one machine.
 *
 * V8 copies `{ ...record }` in 30 ns at a place in the code that meets up to four shapes of records, and in 200 ns at
 * one that meets more; functions made from one text share their places. So each machine gets a text of its own. Where
 * code may not be made from text (a page's Content-Security-Policy), all machines share one function.
 */
export function copier(): Copy {
  count += 1;
  try {
    return new Function('record', `return { ...record }; // ${count}`) as Copy;
  } catch {
    return (record) => ({ ...record });
  }
}
