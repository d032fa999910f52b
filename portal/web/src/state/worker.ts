// The service worker: the page opens without a network too, and says so. What it keeps is the program and the frame
// of the page, never rows of a layer; signing out takes the frame away.
export function startWorker(): void {
  if (!("serviceWorker" in navigator) || document.documentElement.dataset.embedded !== undefined) return;
  addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch(() => undefined); // without it the page works as well
  });
}

export function forgetShell(): void {
  navigator.serviceWorker?.controller?.postMessage("forget");
}
