// Starts the portal: state from the address, page attributes from the state, then the shell.
import "virtual:palette.css";
import "./style/page.css";
import "./style/shell.css";
import "./style/panels.css";
import "./style/map.css";
import "./style/explore.css";
import "./style/pane.css";
import "./style/window.css";
import "./style/share.css";
import "./style/touch.css";
import { everything, more, speak, t, tag } from "./i18n/t";
import { mapState } from "./map/seen";
import { enclose } from "./state/enclosed";
import { framed } from "./state/framed";
import { remember } from "./state/history";
import { resume } from "./state/resume";
import { live } from "./state/live";
import { counting, counts, startCounting } from "./state/counts";
import { startLooks } from "./state/looks";
import { catalogue, restore, theme } from "./state/portal";
import { batch, effect } from "./state/store";
import { watchSession } from "./state/session";
import { watchTrouble } from "./state/trouble";
import { warm } from "./state/warmth";
import { startWorker } from "./state/worker";
import { address, fixed } from "./state/address";
import { decode, named } from "./state/url";
import { tell } from "./ui/toasts";
import { listenForUndo } from "./ui/undo";
import "./bring/drop";
import "./work/all";
import { askAgain, offerTours, showKeys } from "./ui/lazily";
import "./ui/shell";

const root = document.documentElement;

function fromAddress(): void {
  const kept = named(location.hash);
  if (kept) {
    fixed.value = location.hash;
    const failed = () => {
      fixed.value = null;
      tell(t("server.away"), "bad");
    };
    if (kept.kind === "view") void import("./share/open").then(({ openView }) => openView(kept.id), failed);
    else void more().then(() => import("./share/present")).then(({ present }) => present(kept.id, kept.at), failed);
    return;
  }
  const { view: wanted, strange } = decode(location.hash);
  let missing: string[] = [];
  batch(() => (missing = restore(wanted)));
  const parts = [...strange, ...missing];
  if (parts.length) tell(t("link.strange", { parts: parts.join("、") }), "bad");
}

await speak(root.lang.startsWith("en") ? "en" : "zh");
theme.value = root.dataset.theme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light";
watchTrouble();
fromAddress();
addEventListener("hashchange", () => {
  if (location.hash !== address.value) fromAddress();
});

let remembered = theme.value;
effect(() => {
  root.lang = tag();
  root.dataset.theme = theme.value;
  if (theme.value === remembered) return;
  remembered = theme.value;
  document.cookie = `theme=${theme.value};path=/;max-age=31536000;samesite=lax`;
});
effect(() => {
  if (address.value !== location.hash) history.replaceState(history.state, "", address.value);
});
/** What is likely to be wanted next, once all that was asked for is there; what fails is asked for again when it is opened. */
let prepared = false;
function prepare(): void {
  if (prepared || !navigator.onLine) return;
  prepared = true;
  void Promise.all([more(), import("./work/explore/detail")]).catch(() => undefined);
  startWorker();
}
setTimeout(prepare, 8000); // a map that never rests must not keep the page from opening without a network

// for tests and for whoever embeds the page: what the map is doing, and how many are counted
effect(() => {
  root.dataset.map = mapState.value;
  root.dataset.counting = String(counting.value);
  root.dataset.count = String(Object.values(counts.value).reduce((sum, one) => sum + (one === "failed" ? 0 : one.total), 0));
  if (mapState.value !== "idle" || counting.value) return;
  if (named(fixed.value ?? "")?.kind !== "view") root.dataset.ready = catalogue.version;
  setTimeout(prepare);
});

document.querySelector("#waiting")?.remove();
document.body.append(document.createElement("antu-shell"));
startLooks();
startCounting();
remember();
enclose();
warm();
framed();
listenForUndo();
document.addEventListener("keydown", (event) => {
  const typing = (event.target as HTMLElement).closest("input:not([type=checkbox], [type=range]), textarea, select");
  if (!typing && event.key === "?") void showKeys();
});
live();
void resume();
setTimeout(() => void everything().catch(() => undefined), 5000); // the other language, once there is time; asked again when it is needed
watchSession(askAgain);
if (catalogue.viewer.account && root.dataset.embedded === undefined) setTimeout(() => void offerTours(false), 1200);
