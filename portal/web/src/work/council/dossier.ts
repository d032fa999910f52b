// The dossier as PDF: the server tells how far it is, line by line, and at the end where the file is.
import type { Meeting } from "../../api/council";
import { lang, say, t } from "../../i18n/t";
import { signal } from "../../state/store";
import { tell } from "../../ui/toasts";
import type { Words } from "../../api/catalogue";
import { csrf } from "./known";

export const making = signal<{ done: number; all: number; words: string } | null>(null);

interface Step {
  done?: number;
  all?: number;
  words?: Words;
  file?: string;
  detail?: string;
}

export async function dossier(of: Meeting): Promise<void> {
  making.value = { done: 0, all: 1, words: t("dossier.begin") };
  try {
    const response = await fetch(`/api/dossiers/${of.id}?lang=${lang.peek()}`, { method: "POST", headers: { "x-csrftoken": csrf } });
    if (!response.ok || !response.body) throw new Error(((await response.json()) as Step).detail);
    for await (const step of lines(response.body)) {
      if (step.detail) throw new Error(step.detail);
      if (step.file) {
        open(step.file, of.title);
        tell(t("dossier.done"));
      } else making.value = { done: step.done ?? 0, all: step.all ?? 1, words: step.words ? say(step.words) : "" };
    }
  } catch (why) {
    tell(why instanceof Error && why.message ? why.message : t("server.away"), "bad");
  } finally {
    making.value = null;
  }
}

function open(file: string, name: string): void {
  const link = document.createElement("a");
  link.href = file;
  link.download = `${name}.pdf`;
  link.click();
}

async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<Step> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += value ?? "";
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part) yield JSON.parse(part) as Step;
    if (done) return;
  }
}
