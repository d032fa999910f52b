// Who is looking, in the bar: name, roles and clearance, language and colours, help, security, signing out.
import { html, nothing } from "lit";
import { postJson } from "../api/http";
import { lang, speak, say, t } from "../i18n/t";
import { catalogue, theme } from "../state/portal";
import { forgetShell } from "../state/worker";
import { icon } from "./icons";
import { offerTours, showKeys } from "./lazily";
import { View } from "./view";

export function prefer(wanted: "zh" | "en"): void {
  void speak(wanted);
  // pages of the server follow; if it does not hear of it, this page still speaks the language
  postJson("/api/language", { lang: wanted === "zh" ? "zh-hant" : "en" }, catalogue.viewer.csrf).catch(() => undefined);
}

export function languages() {
  return html`<div class="switch" role="group" aria-label=${t("language")}>
    <button aria-pressed=${lang.value === "zh"} lang="zh-Hant-TW" aria-label="中文" @click=${() => prefer("zh")}>中</button>
    <button aria-pressed=${lang.value === "en"} lang="en" @click=${() => prefer("en")}>EN</button>
  </div>`;
}

class Person extends View {
  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#away);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#away);
  }

  protected override render() {
    const { name, account, csrf, roles, titles, level, held_back: heldBack } = catalogue.viewer;
    const dark = theme.value === "dark";
    if (name === null) return nothing;
    return html`<details class="person" @keydown=${this.#escape}>
      <summary aria-label=${t("person", { name })} title=${name}><span class="initials" data-initials=${name.slice(0, 2)}></span></summary>
      <div class="menu">
        <div class="who">
          <p><strong>${name}</strong> <small>${account}</small></p>
          <p class="roles">${titles?.length ? titles.map((title) => html`<span class="chip">${say(title)}</span>`) : html`<span class="chip quiet">${t("person.no-role")}</span>`}</p>
          ${level ? html`<p><small>${t("person.sees", { level: say(level) })}</small></p>` : nothing}
          ${heldBack ? html`<p class="held-back" role="status">${icon("warn")}<a href="/accounts/security/">${t("person.held-back")}</a></p>` : nothing}
        </div>
        <div class="pair"><span>${t("language")}</span>${languages()}</div>
        <button @click=${() => (theme.value = dark ? "light" : "dark")}>${icon(dark ? "sun" : "moon")}${t(dark ? "theme.light" : "theme.dark")}</button>
        <hr />
        <a href="/help/">${icon("help")}${t("help")}</a>
        <button @click=${() => this.#close(() => void offerTours(true))}>${icon("play")}${t("tour.again")}</button>
        <button @click=${() => this.#close(() => void showKeys())}>${icon("keys")}${t("keys")}</button>
        <hr />
        <a href="/accounts/">${icon("user")}${t("account")}</a>
        <a href="/accounts/security/">${icon("lock")}${t("security")}</a>
        ${roles.includes("administrator") ? html`<a href="/admin/">${icon("gear")}${t("admin")}</a>` : nothing}
        <form method="post" action="/accounts/sign-out/" @submit=${forgetShell}>
          <input type="hidden" name="csrfmiddlewaretoken" value=${csrf} />
          <button>${icon("out")}${t("sign-out")}</button>
        </form>
      </div>
    </details>`;
  }

  #close(then: () => void): void {
    this.querySelector("details")!.open = false;
    then();
  }

  #away = (event: PointerEvent) => {
    const details = this.querySelector("details");
    if (details?.open && !details.contains(event.target as Node)) details.open = false;
  };

  #escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    const details = event.currentTarget as HTMLDetailsElement;
    if (!details.open) return;
    event.preventDefault();
    details.open = false;
    details.querySelector("summary")?.focus();
  }
}

customElements.define("antu-person", Person);
