// What nobody foresaw is said once, in words, with a way out; it still goes to the console for whoever repairs it.
import { t } from "../i18n/t";
import { tell } from "../ui/toasts";

const harmless = (failure: unknown) => failure instanceof DOMException && failure.name === "AbortError";

export function watchTrouble(): void {
  const say = (failure: unknown) => {
    if (!harmless(failure)) tell(t("trouble"), "bad");
  };
  addEventListener("error", (event) => event instanceof ErrorEvent && say(event.error));
  addEventListener("unhandledrejection", (event) => say(event.reason));
}
