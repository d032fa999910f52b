// The service worker: the page opens without a network too, and says so. What it keeps is the program and the frame
// of the page, never rows of a layer; signing out takes the frame away.
export function startWorker(): void {
  if (!("serviceWorker" in navigator) || document.documentElement.dataset.embedded !== undefined) return;
  const register = () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined); // without it the page works as well
  if (document.readyState === "complete") register(); // the words may have come after everything else
  else addEventListener("load", register);
}

export function forgetShell(): void {
  navigator.serviceWorker?.controller?.postMessage("forget");
}
