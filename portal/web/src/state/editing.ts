// Which feature is being edited. Whoever sets it opens the form; the rest of editing is loaded with it.
import { signal } from "./store";

export interface Editing {
  layer: string;
  /** A feature, `null` for a new one, or several for one change of all. */
  id: number | null | readonly number[];
  /** What it was before is shown, instead of the form. */
  past?: boolean;
  /** The change in the outbox that contradicts somebody else's. */
  conflict?: string;
}

export const editing = signal<Editing | null>(null);
