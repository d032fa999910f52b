// What is changed about a photograph: shown at once, sent in order, taken back where the server does not take it.
import { Problem } from "../../../api/http";
import type { Box, Photo } from "../book";
import { book, ours, patch, word } from "../desk";

let sending: Promise<unknown> = Promise.resolve();
let unsent = 0;

/** A change of a photograph; a sentence where the server did not take it. */
export async function touchUp(name: string, fields: Partial<Photo> & { was?: readonly Box[] }): Promise<string | null> {
  const now = book.peek()!;
  const put = (change: Partial<Photo>) => now.learn({ ...now.told, photos: now.told.photos.map((one) => (one.name === name ? { ...one, ...change } : one)) });
  const before = now.told.photos.find((one) => one.name === name);
  const { was: _, blurs: __, ...plain } = fields;
  put(plain); // the next touch builds on this one, and they are sent in order
  unsent += 1;
  const turn = sending.then(() => patch<Photo>(now.told.crash, `/photos/${name}`, fields));
  sending = turn.catch(() => null);
  try {
    const photo = await turn;
    if (unsent === 1) put(photo);
    return null;
  } catch (why) {
    if (before) put(before);
    void now.flush();
    return why instanceof Problem ? ours(why.message) : word("away.first");
  } finally {
    unsent -= 1;
  }
}
