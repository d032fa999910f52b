// What is known of the saved view that is open: by whom, what of it is missing, and its counts then and now.
import { signal } from "./store";

export interface Since {
  id: string;
  by: string | null;
  lost: number;
  counts: readonly { layer: string; then: number; now: number | null }[];
}
export const since = signal<Since | null>(null);
