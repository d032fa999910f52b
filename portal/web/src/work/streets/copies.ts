// Copying a cross-section, an arm or a whole junction to another place, from what was copied or from a template.
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../i18n/t";
import { signal } from "../../state/store";
import { icon } from "../../ui/icons";
import { tell } from "../../ui/toasts";
import { carry, copied, did, mayEdit, piece, readOnly, street, titleOf } from "./desk";
import * as server from "./server";
import { Refusal, type Operation, type Template } from "./server";

type What = "section" | "arm" | "junction";
const templates = signal<readonly Template[] | null>(null);
const options = signal({ mirror: false, fit: true, keep_walks: true, rotation: "", sections: true });
const naming = signal<string | null>(null);

async function ask(): Promise<void> {
  if (templates.peek()) return;
  templates.value = [];
  templates.value = await server.templates().catch(() => []);
}

/** Copy from here, set down here; `object` where it is not the open one. */
export function copies(kind: What, object: string | null = null, name: string | null = null, there = true): TemplateResult | typeof nothing {
  const own = piece.value;
  if (!own || !mayEdit) return nothing;
  const here = object ?? own.object;
  const title = name ?? titleOf(own.object, own.params);
  const held = copied.value?.kind === kind ? copied.value : null;
  const off = readOnly.value;
  if (!off) queueMicrotask(() => void ask());
  const kept = (templates.value ?? []).filter((one) => one.kind === kind);
  return html`<details class="adding copies" data-copies=${kind}><summary>${t(`streets.copy.${kind}`)}</summary>
    <p class="acts">
      ${there ? html`<button class="outlined" @click=${() => (copied.value = { kind, source: here, name: title })}>${icon("copy")}${t("streets.copy")}</button>` : nothing}
      ${held && !off && held.source !== here ? html`<button class="filled" @click=${() => void put(kind, here, { source: held.source })}>${icon("check")}${t("streets.paste", { from: held.name })}</button>` : nothing}
    </p>
    ${held && !off && held.source !== here ? choices(kind) : nothing}
    ${held && held.source === here ? html`<p class="hint" role="status">${t("streets.copied")}</p>` : nothing}
    ${off
      ? nothing
      : html`${kept.length
            ? html`<label class="from">${t("streets.template.from")}<span><select>${kept.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select>
                <button class="outlined" @click=${(e: Event) => void put(kind, here, { template: Number((e.target as HTMLElement).closest("span")!.querySelector("select")!.value) })}>${t("streets.template.use")}</button></span></label>`
            : nothing}
          ${there
            ? naming.value === here
              ? html`<form class="from" @submit=${(e: SubmitEvent) => void keep(e, kind, here)}><label>${t("streets.template.name")}<span><input name="name" required maxlength="80" /><button class="outlined">${t("edit.save")}</button></span></label></form>`
              : html`<p class="acts"><button class="plain" @click=${() => (naming.value = here)}>${icon("star")}${t("streets.template.keep")}</button></p>`
            : nothing}`}
  </details>`;
}

function choices(kind: What): TemplateResult | typeof nothing {
  const now = options.value;
  const check = (key: "mirror" | "fit" | "keep_walks" | "sections") =>
    html`<label class="check"><input type="checkbox" .checked=${now[key]} @change=${(e: Event) => (options.value = { ...options.peek(), [key]: (e.target as HTMLInputElement).checked })} />${t(`streets.paste.${key}`)}</label>`;
  if (kind === "section") return html`<div class="pasting">${check("mirror")}${check("fit")}${check("keep_walks")}</div>`;
  if (kind === "arm") return nothing;
  return html`<div class="pasting"><label>${t("streets.paste.rotation")}<input type="number" step="1" min="-360" max="360" placeholder=${t("streets.auto")} .value=${now.rotation} @change=${(e: Event) => (options.value = { ...options.peek(), rotation: (e.target as HTMLInputElement).value })} /></label>${check("sections")}</div>`;
}

async function put(kind: What, object: string, from: { source: string } | { template: number }): Promise<void> {
  const { mirror, fit, keep_walks, rotation, sections } = options.peek();
  const more = kind === "section" ? { mirror, fit, keep_walks } : kind === "junction" ? { sections, ...(rotation === "" ? {} : { rotation: Number(rotation) }) } : {};
  const operation: Operation = { op: `copy_${kind}`, object, ...from, ...more };
  // a junction writes all that meets in it
  const around = street.peek()?.etags ?? {};
  const done = await carry([operation], did(`streets.did.copied.${kind}`), kind === "junction" ? meeting(object, around) : {});
  const turned = done?.notes.rotation;
  if (done) tell(typeof turned === "number" ? t("streets.pasted.turned", { degrees: turned }) : t("streets.pasted"));
}

function meeting(junction: string, etags: Readonly<Record<string, string>>): Record<string, string> {
  const id = junction.slice("node/".length);
  const found: Record<string, string> = {};
  for (const one of street.peek()?.document.segments ?? []) {
    if (one.a !== id && one.b !== id) continue;
    for (const name of [`segment/${one.id}`, `arm/${one.id}/a`, `arm/${one.id}/b`]) if (etags[name]) found[name] = etags[name];
  }
  return found;
}

async function keep(event: SubmitEvent, kind: What, source: string): Promise<void> {
  event.preventDefault();
  const name = String(new FormData(event.target as HTMLFormElement).get("name")).trim();
  if (!name) return;
  try {
    const made = await server.keepTemplate(name, kind, source);
    templates.value = [...(templates.peek() ?? []), made].sort((a, b) => a.name.localeCompare(b.name));
    naming.value = null;
    tell(t("streets.template.kept", { name }));
  } catch (why) {
    tell(why instanceof Refusal ? why.message : t("streets.failed"), "bad");
  }
}
