// A panel of answers that follow the map: asked anew a rest after what the question read has changed, the last
// question only, and none when the panel is gone.
import { Latest } from "../api/http";
import { signal } from "../state/store";
import { View } from "./view";

const REST = 200;

export abstract class Answers<T> extends View {
  protected found = signal<T | "failed" | null>(null);
  /** Whether what is shown is of another question than the one of now. */
  protected waiting = signal(true);
  #latest = new Latest();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The question of now; null is none. What it reads asks again when it changes. */
  protected abstract question(): ((abort: AbortSignal) => Promise<T>) | null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.when(() => {
      const ask = this.question();
      clearTimeout(this.#timer);
      if (!ask) return;
      this.waiting.value = true;
      this.#timer = setTimeout(() => void this.#latest.ask(ask, (answer) => this.#arrived(answer), () => this.#arrived("failed")), REST);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.#latest.stop();
  }

  #arrived(answer: T | "failed"): void {
    this.found.value = answer;
    this.waiting.value = false;
  }
}
