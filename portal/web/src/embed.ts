// <antu-map>: the public map in a page of another site, by one script tag and without any right in that page.
//
//   <script src="https://map.example.tw/embed.js" async></script>
//   <antu-map view="#1/15/23.4795/120.4473" lang="zh" theme="dark"></antu-map>
//
// `view` is what stands behind the # of a link to the portal. The property `view` follows what the reader does, and the
// event `antu-view` tells of it. Nothing here may be imported: the file runs as a plain script.
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const origin = new URL(script?.src ?? location.href).origin;
  const ATTRIBUTES = ["view", "lang", "theme", "label"] as const;
  const wanted = (view: string | null): string => (view ? (view.startsWith("#") ? view : `#${view}`) : "");

  class AntuMap extends HTMLElement {
    static readonly observedAttributes = ATTRIBUTES;
    #frame: HTMLIFrameElement | undefined;
    #view = "";

    connectedCallback(): void {
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // a style element would need a word in the page's Content-Security-Policy
      sheet.replaceSync(":host{display:block;height:480px;min-height:200px}:host([hidden]){display:none}iframe{display:block;width:100%;height:100%;border:0;border-radius:inherit}");
      root.adoptedStyleSheets = [sheet];
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("label") ?? "安圖 Antu";
      frame.loading = "lazy";
      frame.allow = "fullscreen; geolocation";
      frame.referrerPolicy = "no-referrer";
      // scripts of the map and its own storage; it can neither move this page nor open forms in its name
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads");
      this.#view = wanted(this.getAttribute("view"));
      frame.src = this.#address();
      root.replaceChildren(frame);
      this.#frame = frame;
      addEventListener("message", this.#hear);
    }

    disconnectedCallback(): void {
      removeEventListener("message", this.#hear);
      this.#frame = undefined;
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (!this.#frame || before === now) return;
      if (name === "view") this.view = now ?? "";
      else if (name === "label") this.#frame.title = now ?? "安圖 Antu";
      else this.#frame.src = this.#address();
    }

    get view(): string {
      return this.#view;
    }

    set view(next: string) {
      const view = wanted(next);
      if (view === this.#view) return;
      this.#view = view;
      this.#frame?.contentWindow?.postMessage({ antu: "view", view }, origin);
    }

    #address(): string {
      const asked = new URLSearchParams();
      for (const name of ["lang", "theme"]) if (this.hasAttribute(name)) asked.set(name, this.getAttribute(name)!);
      const query = asked.toString();
      return `${origin}/embed${query ? `?${query}` : ""}${this.#view}`;
    }

    #hear = (event: MessageEvent) => {
      if (event.origin !== origin || event.source !== this.#frame?.contentWindow) return;
      const said = event.data as { antu?: string; view?: string; ready?: boolean };
      if (said?.antu !== "view" || typeof said.view !== "string") return;
      this.#view = said.view;
      if (said.ready) this.setAttribute("ready", "");
      this.dispatchEvent(new CustomEvent("antu-view", { detail: { view: said.view }, bubbles: true }));
    };
  }

  if (!customElements.get("antu-map")) customElements.define("antu-map", AntuMap);
})();
