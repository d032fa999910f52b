// Who was in a crash and who was hurt, as the form says it; the server tells police alone.
import { html, nothing, type TemplateResult } from "lit";
import { getJson, Latest } from "../../api/http";
import { lang, t, type Key } from "../../i18n/t";
import { edits } from "../../state/portal";
import { signal } from "../../state/store";
import { View } from "../../ui/view";

interface Word {
  value: string;
  zh: string;
  en: string;
  group?: string;
}
type Row = Readonly<Record<string, Word | string | number | boolean | null>>;

const TOLD = ["action", "cause", "injury", "injury_part", "protection", "alcohol", "licence", "phone"] as const;

class Parties extends View {
  static override properties = { crash: {} };
  declare crash: number | string;
  #found = signal<{ parties: readonly Row[]; hurt: readonly Row[] } | null>(null);
  #latest = new Latest();
  #asked: number | string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#latest.stop();
  }

  protected override willUpdate(): void {
    void edits.value.crashes;
    if (this.#asked === this.crash) return;
    this.#asked = this.crash;
    this.#found.value = null;
    const at = `/api/crashes/${this.crash}`;
    void this.#latest.ask(
      async (abort) => {
        const [parties, hurt] = await Promise.all([getJson<Row[]>(`${at}/parties`, {}, abort), getJson<Row[]>(`${at}/casualties`, {}, abort)]);
        return { parties, hurt };
      },
      (found) => (this.#found.value = found),
      () => (this.#found.value = { parties: [], hurt: [] }),
    );
  }

  protected override render() {
    const now = this.#found.value;
    if (!now?.parties.length) return nothing;
    const beside = now.hurt.filter((one) => one.party === null);
    return html`<section class="parties">
      <h3>${t("parties")} <small>${t("parties.police")}</small></h3>
      <ol>${now.parties.map((one) => this.#party(one))}</ol>
      ${beside.length ? html`<h3>${t("parties.beside")}</h3><ol>${beside.map((one) => this.#party(one))}</ol>` : nothing}
    </section>`;
  }

  #party(one: Row): TemplateResult {
    const facts = TOLD.flatMap((name) => (said(one[name]) ? [html`<div><dt>${t(`parties.${name}` as Key)}</dt><dd>${said(one[name])}</dd></div>`] : []));
    const who = [said(one.sex), one.age === null || one.age === undefined ? "" : t("parties.age", { n: String(one.age) }), one.hit_and_run ? t("parties.fled") : ""].filter(Boolean);
    return html`<li><p><b>${kind(one.vehicle) || t("parties.unknown")}</b> ${who.join(" · ")}</p><dl class="fields">${facts}</dl></li>`;
  }
}

const isWord = (value: unknown): value is Word => typeof value === "object" && value !== null && "zh" in value;
const said = (value: unknown): string => (isWord(value) ? value[lang.value] : "");
/** “營業用” alone says little: in Chinese the heading goes before it. */
const kind = (value: unknown): string => (isWord(value) ? (lang.value === "zh" && value.group && /^(營業用|自用)$/.test(value.zh) ? `${value.group.replace(/\(.*\)/, "")} ${value.zh}` : value[lang.value]) : "");

customElements.define("antu-parties", Parties);
