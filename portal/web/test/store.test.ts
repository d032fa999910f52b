import { expect, test } from "vitest";
import { batch, computed, effect, signal, watch } from "../src/state/store";

test("an effect runs at once and again when what it read has changed", () => {
  const name = signal("a");
  const seen: string[] = [];
  effect(() => seen.push(name.value));
  name.value = "b";
  name.value = "b";
  expect(seen).toEqual(["a", "b"]);
});

test("a batch is one change", () => {
  const a = signal(1);
  const b = signal(2);
  const sum = computed(() => a.value + b.value);
  const seen: number[] = [];
  effect(() => seen.push(sum.value));
  batch(() => {
    a.value = 10;
    b.value = 20;
  });
  expect(seen).toEqual([3, 30]);
});

test("a computed value is worked out only when it is read", () => {
  const a = signal(1);
  let worked = 0;
  const double = computed(() => {
    worked += 1;
    return a.value * 2;
  });
  a.value = 5;
  expect(worked).toBe(0);
  expect([double.value, double.value, worked]).toEqual([10, 10, 1]);
});

test("an effect follows only the branch it took", () => {
  const which = signal(true);
  const left = signal("l");
  const right = signal("r");
  const seen: string[] = [];
  effect(() => seen.push(which.value ? left.value : right.value));
  right.value = "R";
  which.value = false;
  left.value = "L";
  expect(seen).toEqual(["l", "R"]);
});

test("what has ended hears nothing more", () => {
  const a = signal(1);
  let heard = 0;
  const end = effect(() => void (a.value, (heard += 1)));
  const once = watch(() => (heard += 100));
  once.run(() => a.value);
  end();
  once.stop();
  a.value = 2;
  expect(heard).toBe(1);
});
