// Files dropped anywhere on the page. Only this stands in the first load: what is done with a file comes when one does.
import { t } from "../i18n/t";
import { pane, selection } from "../state/portal";
import { batch, signal } from "../state/store";

/** Files that were dropped or chosen and that nobody has taken up yet. */
export const brought = signal<readonly File[]>([]);

export function bring(files: Iterable<File>): void {
  const all = [...files];
  if (!all.length) return;
  batch(() => {
    brought.value = [...brought.peek(), ...all];
    selection.value = null;
    pane.value = "bring";
  });
}

let veil: HTMLElement | null = null;

function show(on: boolean): void {
  if (on && !veil) {
    veil = document.createElement("div");
    veil.className = "veil";
    veil.setAttribute("role", "status");
    veil.textContent = t("bring.drop");
    document.body.append(veil);
  } else if (!on) {
    veil?.remove();
    veil = null;
  }
}

const carries = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

if (!("embedded" in document.documentElement.dataset)) {
  let inside = 0;
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    inside += 1;
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (!carries(event)) return;
    inside = Math.max(0, inside - 1);
    if (!inside) show(false);
  });
  addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    inside = 0;
    show(false);
    bring(event.dataTransfer!.files);
  });
}
