import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../src/actors/mailbox.ts';

describe('A mailbox', () => {
  it('handles in order what is posted from within: each item after the one before it is wholly handled', () => {
    const log: string[] = [];
    const mailbox: Mailbox<number> = new Mailbox((item) => {
      log.push(`begin ${item}`);
      if (item < 10) {
        mailbox.post(item * 10);
        mailbox.post(item * 10 + 1);
      }
      log.push(`end ${item}`);
    });
    mailbox.post(1);
    mailbox.post(2);
    const order = [1, 10, 11, 2, 20, 21];
    expect(log).toEqual(order.flatMap((item) => [`begin ${item}`, `end ${item}`]));
  });

  it('keeps the order over many generations of posts', () => {
    const handled: number[] = [];
    const mailbox: Mailbox<number> = new Mailbox((item) => {
      handled.push(item);
      if (item < 5_000) mailbox.post(item * 2 + 1);
      if (item < 5_000) mailbox.post(item * 2 + 2);
    });
    mailbox.post(0);
    expect(handled).toEqual(Array.from({ length: handled.length }, (_, i) => i));
    expect(handled.length).toBe(10_001);
  });

  it('lets an error through to whoever posted, and handles nothing after it', () => {
    const handled: number[] = [];
    const mailbox: Mailbox<number> = new Mailbox((item) => {
      handled.push(item);
      if (item === 1) {
        mailbox.post(2);
        throw new Error('broken');
      }
    });
    expect(() => mailbox.post(1)).toThrow('broken');
    mailbox.post(3);
    expect(handled).toEqual([1]);
  });
});
