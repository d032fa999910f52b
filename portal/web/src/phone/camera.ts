// Reading a QR code through the live camera, where the browser has a reader for it. Pictures from the gallery are not
// asked for: the code must be there.
interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { rawValue: string }[]>;
}
declare global {
  var BarcodeDetector: (new (options: { formats: string[] }) => Detector) | undefined;
}
export interface Watching {
  stop(): void;
}

export const readable = (): boolean => typeof globalThis.BarcodeDetector === "function" && Boolean(navigator.mediaDevices?.getUserMedia);

/** Until a code was taken, or stop(). `found` says whether it took what it was given. */
export async function look(video: HTMLVideoElement, found: (text: string) => boolean): Promise<Watching> {
  const detector = new globalThis.BarcodeDetector!({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  let on = true;
  const stop = () => {
    on = false;
    stream.getTracks().forEach((track) => track.stop());
  };
  video.srcObject = stream;
  void video.play().catch(() => undefined); // autoplay that was refused starts at the first touch
  let refused = "";
  const step = async () => {
    if (!on) return;
    const codes = await detector.detect(video).catch(() => []); // a frame that cannot be read; the next one may be
    const text = codes[0]?.rawValue;
    if (on && text && text !== refused) {
      if (found(text)) return stop();
      refused = text;
    }
    setTimeout(() => void step(), 120);
  };
  void step();
  return { stop };
}
