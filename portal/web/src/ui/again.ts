// Signing in in place, when a session has run out in the middle of work: nothing of the page is lost. Whoever comes
// back as somebody else gets a fresh page, so that nobody goes on in another's.
import { html, nothing, render } from "lit";
import { t } from "../i18n/t";
import { catalogue, edits } from "../state/portal";
import { renewed, whoIs } from "../state/session";
import { tell } from "./toasts";

type State = "out" | "second" | "busy";
interface Answer {
  state: "in" | "second" | "wrong" | "wait" | "out";
  sentence: string;
  csrf: string;
}

let open = false;

export function askAgain(): void {
  if (open) return;
  open = true;
  const before = document.activeElement as HTMLElement | null;
  const dialog = document.createElement("dialog");
  dialog.className = "window again";
  dialog.setAttribute("aria-labelledby", "again-title");
  let state: State = "out";
  let wrong = "";
  let csrf = catalogue.viewer.csrf;

  const draw = () =>
    render(
      html`<h2 id="again-title">${t("again")}</h2>
        <p>${t("again.why")}</p>
        <form @submit=${submit}>
          ${state === "second"
            ? html`<label>${t("again.code")}<input name="code" autocomplete="one-time-code" inputmode="numeric" required /></label>`
            : html`<label>${t("again.account")}<input name="username" autocomplete="username" value=${catalogue.viewer.account ?? ""} required /></label>
                <label>${t("again.password")}<input name="password" type="password" autocomplete="current-password" required /></label>`}
          ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
          <p class="ends">
            <a href="/accounts/sign-in/?next=/accounts/" target="_blank" rel="noopener">${t("again.other")}</a>
            <button class="filled" ?disabled=${state === "busy"}>${t("sign-in")}</button>
          </p>
        </form>
        <button class="plain" @click=${leave}>${t("again.leave")}</button>`,
      dialog,
    );

  async function send(path: string, fields: FormData | null): Promise<Answer> {
    const answer = await fetch(path, {
      method: fields ? "POST" : "GET",
      headers: { accept: "application/json", ...(fields ? { "x-csrftoken": csrf } : {}) },
      body: fields,
    });
    const said = (await answer.json()) as Answer;
    csrf = said.csrf;
    return said;
  }

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const asked = state;
    state = "busy";
    draw();
    try {
      if (asked === "out") await send("/accounts/sign-in/", null); // the mark of this browser may have changed meanwhile
      const said = await send(asked === "second" ? "/accounts/sign-in/second/" : "/accounts/sign-in/", fields);
      wrong = said.sentence;
      if (said.state === "in") return void (await back());
      state = said.state === "second" || (asked === "second" && said.state === "wrong") ? "second" : "out";
    } catch {
      [state, wrong] = [asked, t("server.away")];
    }
    draw();
    dialog.querySelector<HTMLInputElement>(state === "second" ? "[name=code]" : "[name=password]")?.focus();
  }

  /** Somebody is there again: the same one goes on, another begins anew. */
  async function back(): Promise<void> {
    if (state === "busy" || document.visibilityState === "visible") {
      const who = await whoIs();
      if (who === null) return;
      if (who !== catalogue.viewer.account) return location.reload();
      if (csrf === catalogue.viewer.csrf) await send("/accounts/sign-in/", null);
      catalogue.viewer.csrf = csrf;
      dialog.close();
      renewed.value += 1;
      edits.value = Object.fromEntries(catalogue.layers.map((layer) => [layer.id, (edits.peek()[layer.id] ?? 0) + 1]));
      tell(t("again.done"));
    }
  }

  const leave = () => location.reload();
  const looked = () => void back().catch(() => undefined); // the next look may find the server again
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => {
    removeEventListener("focus", looked);
    dialog.remove();
    open = false;
    before?.focus();
  });
  addEventListener("focus", looked);
  draw();
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector<HTMLInputElement>("[name=password]")?.focus();
}
