// Opens what was saved, and makes the link that one hands on: a plain one while the view fits into it, otherwise the name
// of a saved view.
import { Problem } from "../api/http";
import { t } from "../i18n/t";
import { address, fixed, opened } from "../state/address";
import { asOf, catalogue, restore, shown, view } from "../state/portal";
import { since } from "../state/since";
import { batch } from "../state/store";
import { encode } from "../state/url";
import { tell } from "../ui/toasts";
import { fetchView, moment, save, viewFrom, type Saved } from "./kept";

/** Beyond this many characters chat programs break a link or hide it. */
const LONG = 900;

export async function openView(id: string): Promise<void> {
  try {
    show(await fetchView(id));
  } catch (why) {
    tell(why instanceof Problem ? why.message : t("server.away"), "bad");
  } finally {
    fixed.value = null;
  }
}

export function show(saved: Saved): void {
  const { id, state, made_at, lost, counts, by } = saved;
  batch(() => {
    restore(viewFrom(state, made_at));
    since.value = { id, by, lost, counts };
    opened.value = { address: `#v=${id}`, hash: encode(view.value) };
  });
}

/** The address of what one sees now, which says when it was made. */
export async function link(): Promise<string> {
  const base = location.href.split("#")[0]!;
  const held = opened.peek();
  if (held && address.peek() === held.address) return base + held.address;
  const now = view.peek();
  const plain = encode({ ...now, as: now.as ?? moment(new Date()) });
  const drawn = now.area !== null && "ring" in now.area;
  if (catalogue.viewer.name === null || (!drawn && plain.length <= LONG)) return base + plain;
  const { id } = await save(null, shown.peek());
  return `${base}#v=${id}`;
}

/** Back to how things are now; the view itself stays. */
export function today(): void {
  batch(() => {
    asOf.value = null;
    since.value = null;
    opened.value = null;
  });
}
