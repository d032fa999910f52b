// The bar on top: whose map it is, search, language, light and dark, sharing, and who is looking.
import { html } from "lit";
import { postJson, Problem } from "../api/http";
import { lang, say, t } from "../i18n/t";
import { catalogue, theme } from "../state/portal";
import "./bell";
import { icon, sign } from "./icons";
import "./search";
import { tell } from "./toasts";
import { View } from "./view";

class Bar extends View {
  protected override render() {
    const { product, city, viewer } = catalogue;
    const dark = theme.value === "dark";
    return html`<header class="bar">
      <a class="brand" href="/" aria-label=${say(product)}>${sign()}<h1>${say(product)}</h1></a>
      <span class="council">${say(city.council)}</span>
      <antu-search></antu-search>
      <div class="bar-end">
        <div class="switch" role="group" aria-label=${t("language")}>
          <button aria-pressed=${lang.value === "zh"} lang="zh-Hant-TW" @click=${() => this.#speak("zh")}>中</button>
          <button aria-pressed=${lang.value === "en"} lang="en" @click=${() => this.#speak("en")}>EN</button>
        </div>
        <button class="round" aria-label=${t(dark ? "theme.light" : "theme.dark")} title=${t(dark ? "theme.light" : "theme.dark")} @click=${() => (theme.value = dark ? "light" : "dark")}>
          ${icon(dark ? "sun" : "moon")}
        </button>
        <antu-bell></antu-bell>
        <button class="outlined share" aria-label=${t("share")} @click=${() => void this.#share()}>${icon("link")}<span>${t("share")}</span></button>
        ${viewer.name === null ? html`<a class="filled sign-in" href="/accounts/sign-in/?next=/">${t("sign-in")}</a>` : this.#person(viewer.name)}
      </div>
    </header>`;
  }

  #person(name: string) {
    const { csrf, roles } = catalogue.viewer;
    return html`<details class="person" @keydown=${this.#escape}>
      <summary aria-label=${name} title=${name}><span class="initials">${name.slice(0, 2)}</span></summary>
      <div class="menu">
        <p><strong>${name}</strong></p>
        <a href="/accounts/">${icon("user")}${t("account")}</a>
        ${roles.includes("administrator") ? html`<a href="/admin/">${icon("gear")}${t("admin")}</a>` : ""}
        <form method="post" action="/accounts/sign-out/">
          <input type="hidden" name="csrfmiddlewaretoken" value=${csrf} />
          <button class="plain">${icon("out")}${t("sign-out")}</button>
        </form>
      </div>
    </details>`;
  }

  #escape(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    const details = event.currentTarget as HTMLDetailsElement;
    if (!details.open) return;
    event.preventDefault();
    details.open = false;
    details.querySelector("summary")?.focus();
  }

  #speak(wanted: "zh" | "en"): void {
    lang.value = wanted;
    // pages of the server follow; if it does not hear of it, this page still speaks the language
    postJson("/api/language", { lang: wanted === "zh" ? "zh-hant" : "en" }, catalogue.viewer.csrf).catch(() => undefined);
  }

  async #share(): Promise<void> {
    let address: string;
    try {
      const { link } = await import("../share/open");
      address = await link();
    } catch (why) {
      return tell(why instanceof Problem ? why.message : t("server.away"), "bad");
    }
    try {
      await navigator.clipboard.writeText(address);
      tell(t("share.copied"));
    } catch {
      prompt(t("share.copy"), address); // no clipboard without https
    }
  }
}

customElements.define("antu-bar", Bar);
