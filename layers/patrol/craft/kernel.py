"""The inner loop of the route solver: ruin and recreate under simulated annealing, compiled.

Strings of neighbouring stops are taken out and the freed time is filled greedily by prize over cost, with noise, after
"slack induction by string removals". Every insertion test is O(1) through earliest and latest times; what an
insertion would cost is remembered per route, and after an insertion only what changed is priced anew.
Same seed, same iterations: same plan. All of it is one file, because the compiler's cache does not notice that a function
of another file has changed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

INF = 1e18
SLACK = 1e-9


@njit(cache=True)
def uniform(rng: Any) -> float:
    """xorshift64*, so that a plan depends on its seed and on nothing else in the process."""
    x = rng[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    rng[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def refresh(r: Any, p: Any, route: Any, size: Any, early: Any, late: Any) -> bool:
    """Earliest and latest beginnings along one route; false when it cannot be driven."""
    travel, service, opens, closes, begin, finish, profile = p[:7]
    d = travel[profile[r]]
    last = size[r] - 1
    early[r, 0] = begin[r]
    for k in range(1, last + 1):
        a, b = route[r, k - 1], route[r, k]
        t = early[r, k - 1] + service[a] + d[a, b]
        early[r, k] = t if k == last else max(t, opens[b])
        if k < last and early[r, k] > closes[b] + SLACK:
            return False
    late[r, last] = finish[r]
    for k in range(last - 1, -1, -1):
        a, b = route[r, k], route[r, k + 1]
        t = late[r, k + 1] - service[a] - d[a, b]
        late[r, k] = min(t, closes[a]) if k > 0 else t
    return bool(early[r, last] <= finish[r] + SLACK)


@njit(cache=True)
def soonest(late: Any, r: Any, first: Any, last: Any, done: Any) -> int:
    """The first position behind which somebody may still be busy at this time: `late` never falls along a route."""
    lo, hi = first, last
    while lo < hi:
        middle = (lo + hi) // 2
        if late[r, middle + 1] + SLACK < done:
            lo = middle + 1
        else:
            hi = middle
    return int(lo)


@njit(cache=True)
def timed(
    t0: Any, opened: Any, closed: Any, busy: Any, onward: Any, end: Any, extra: Any, wait: Any
) -> float:
    """The cost of a stop reached at t0, left for what must begin by `end`; INF where there is no time for it."""
    t1 = max(t0, opened)
    if t0 > closed or t1 + busy + onward > end + SLACK:
        return INF
    return float(extra + wait * (t1 - t0))


@njit(cache=True)
def price(
    r: Any,
    p: Any,
    q: Any,
    route: Any,
    size: Any,
    early: Any,
    late: Any,
    where: Any,
    cost: Any,
    place: Any,
    wait: Any,
    free: Any,
    count: Any,
) -> None:
    """The cheapest insertion of each free node into one route. Without windows, whether or not there is time for it."""
    travel, service, opens, closes, _begin, _finish, profile, back, dislike, windowed, disliked = p
    _prize, ok, lock, _choice, _must, _pinned = q
    d = travel[profile[r]]
    db = back[profile[r]]
    last = size[r] - 1
    first = lock[r]
    for i in range(count):
        v = free[i]
        if where[v] >= 0 or not ok[r, v]:
            cost[r, v] = INF
            continue
        least, at = INF, -1
        if not windowed and not disliked:
            for k in range(first, last):
                a, b = route[r, k], route[r, k + 1]
                c = db[v, a] + d[v, b] - d[a, b]
                if c < least:
                    least, at = c, k
        else:
            for k in range(soonest(late, r, first, last, opens[v] + service[v]), last):
                a, b = route[r, k], route[r, k + 1]
                if early[r, k] > closes[v]:
                    break
                t0, far = early[r, k] + service[a] + db[v, a], d[v, b]
                c = timed(
                    t0, opens[v], closes[v], service[v], far, late[r, k + 1], db[v, a] + far - d[a, b], wait
                )
                if disliked and c < INF:
                    c += dislike[a, v] + dislike[v, b] - dislike[a, b]
                if c < least:
                    least, at = c, k
        cost[r, v] = least
        place[r, v] = at


@njit(cache=True)
def reprice(
    r: Any,
    k: Any,
    p: Any,
    q: Any,
    route: Any,
    size: Any,
    where: Any,
    cost: Any,
    place: Any,
    free: Any,
    count: Any,
) -> None:
    """After an insertion behind position k, without windows: two arcs are new, and one is gone."""
    d = p[0][p[6][r]]
    db = p[7][p[6][r]]
    first, last = q[2][r], size[r] - 1
    a, x, b = route[r, k], route[r, k + 1], route[r, k + 2]
    ax, xb = d[a, x], d[x, b]
    for i in range(count):
        v = free[i]
        if where[v] >= 0:
            cost[r, v] = INF
            continue
        if cost[r, v] >= INF:
            continue
        at = place[r, v]
        if at == k:
            least = INF
            for j in range(first, last):
                c = db[v, route[r, j]] + d[v, route[r, j + 1]] - d[route[r, j], route[r, j + 1]]
                if c < least:
                    least, at = c, j
            cost[r, v] = least
            place[r, v] = at
            continue
        if at > k:
            at += 1
        least = cost[r, v]
        c = db[v, a] + d[v, x] - ax
        if c < least:
            least, at = c, k
        c = db[v, x] + d[v, b] - xb
        if c < least:
            least, at = c, k + 1
        cost[r, v] = least
        place[r, v] = at


@njit(cache=True)
def reprice_timed(
    r: Any,
    k: Any,
    p: Any,
    q: Any,
    route: Any,
    size: Any,
    early: Any,
    late: Any,
    where: Any,
    cost: Any,
    place: Any,
    wait: Any,
    free: Any,
    count: Any,
) -> None:
    """After an insertion behind position k, with windows: what was the cheapest place is looked at again beside the two
    new ones, and the whole route only where it is gone. That waiting elsewhere became shorter is not looked for."""
    travel, service, opens, closes, _begin, _finish, profile, back, dislike, _windowed, disliked = p
    d = travel[profile[r]]
    db = back[profile[r]]
    first, last = q[2][r], size[r] - 1
    for i in range(count):
        v = free[i]
        if where[v] >= 0:
            cost[r, v] = INF
            continue
        if cost[r, v] >= INF:
            continue
        kept = place[r, v]
        least, at = INF, -1
        if kept != k:
            at = kept + 1 if kept > k else kept
            a, b = route[r, at], route[r, at + 1]
            t0, far = early[r, at] + service[a] + db[v, a], d[v, b]
            least = timed(
                t0, opens[v], closes[v], service[v], far, late[r, at + 1], db[v, a] + far - d[a, b], wait
            )
            if disliked and least < INF:
                least += dislike[a, v] + dislike[v, b] - dislike[a, b]
        lo, hi = k, k + 2
        if least >= INF:
            lo, hi = soonest(late, r, first, last, opens[v] + service[v]), last
        for j in range(lo, hi):
            if early[r, j] > closes[v]:
                break
            a, b = route[r, j], route[r, j + 1]
            t0, far = early[r, j] + service[a] + db[v, a], d[v, b]
            c = timed(
                t0, opens[v], closes[v], service[v], far, late[r, j + 1], db[v, a] + far - d[a, b], wait
            )
            if disliked and c < INF:
                c += dislike[a, v] + dislike[v, b] - dislike[a, b]
            if c < least:
                least, at = c, j
        cost[r, v] = least
        place[r, v] = at


@njit(cache=True)
def put(r: Any, k: Any, v: Any, route: Any, size: Any) -> None:
    for j in range(size[r], k + 1, -1):
        route[r, j] = route[r, j - 1]
    route[r, k + 1] = v
    size[r] += 1


@njit(cache=True)
def recreate(
    p: Any,
    q: Any,
    s: Any,
    free: Any,
    count: Any,
    weight: Any,
    wait: Any,
    blink: Any,
    fair: Any,
    rng: Any,
    dirty: Any,
) -> None:
    """Fill up: again and again the node with the best weight per cost. `dirty` are the routes that grew."""
    route, size, early, late, where, cost, place, taken = s
    service = p[1]
    choice = q[3]
    units = len(size)
    begin, finish = p[4], p[5]
    plain = not p[9] and not p[10]
    slack = np.zeros(units)
    while True:
        longest = 1e-9
        for r in range(units):
            longest = max(longest, early[r, size[r] - 1] - begin[r])
            slack[r] = finish[r] - early[r, size[r] - 1] + SLACK
        best, node, into = 0.0, -1, -1
        for i in range(count):
            v = free[i]
            if where[v] >= 0 or (choice[v] >= 0 and taken[choice[v]] > 0):
                continue
            least, r0 = INF, -1
            for r in range(units):
                c = cost[r, v]
                if plain and c + service[v] > slack[r]:
                    continue
                if fair > 0 and c < INF:  # who has worked least is asked first
                    c *= 0.1 + (early[r, size[r] - 1] - begin[r]) / longest
                if c < least:
                    least, r0 = c, r
            if r0 < 0 or (blink > 0 and uniform(rng) < blink):
                continue
            score = weight[v] / (max(least, 0.0) + service[v] + 1e-3)
            if score > best:
                best, node, into = score, v, r0
        if node < 0:
            return
        put(into, place[into, node], node, route, size)
        where[node] = into
        if choice[node] >= 0:
            taken[choice[node]] += 1
        refresh(into, p, route, size, early, late)
        dirty[into] = 1
        if plain:
            reprice(into, place[into, node], p, q, route, size, where, cost, place, free, count)
        else:
            at = place[into, node]
            reprice_timed(into, at, p, q, route, size, early, late, where, cost, place, wait, free, count)


@njit(cache=True)
def take(r: Any, k: Any, q: Any, route: Any, size: Any, where: Any, taken: Any) -> None:
    v = route[r, k]
    for j in range(k, size[r] - 1):
        route[r, j] = route[r, j + 1]
    size[r] -= 1
    where[v] = -1
    if q[3][v] >= 0:
        taken[q[3][v]] -= 1


@njit(cache=True)
def ruin(q: Any, s: Any, near: Any, rng: Any, touched: Any, average: Any, longest: Any) -> None:
    """Take strings out of the routes around a place, or single stops anywhere."""
    route, size, _early, _late, where, _cost, _place, taken = s
    lock, pinned = q[2], q[5]
    _n, units = len(where), len(size)
    inside = 0
    for r in range(units):
        touched[r] = 0
        inside += size[r] - 2
    if inside <= 0:
        return
    if uniform(rng) < 0.15:
        for _ in range(1 + int(uniform(rng) * 2 * average)):
            r = int(uniform(rng) * units)
            if size[r] <= 2:
                continue
            k = 1 + int(uniform(rng) * (size[r] - 2))
            if k > lock[r] and not pinned[route[r, k]]:
                take(r, k, q, route, size, where, taken)
                touched[r] = 1
        return
    mean = inside / units
    cap = min(float(longest), mean)
    strings = int(uniform(rng) * (4.0 * average / (1.0 + cap))) + 1
    strings = min(strings, units)
    centre = near[int(uniform(rng) * near.shape[0])]
    done = 0
    for j in range(len(centre)):
        c = centre[j]
        r = where[c]
        if r < 0 or touched[r]:
            continue
        at = 1
        while route[r, at] != c:
            at += 1
        length = int(uniform(rng) * min(cap, size[r] - 2.0)) + 1
        lo = at - int(uniform(rng) * length)
        lo = max(1 + lock[r], min(lo, size[r] - 1 - length))
        hi = min(lo + length, size[r] - 1)
        for k in range(hi - 1, lo - 1, -1):
            if not pinned[route[r, k]]:
                take(r, k, q, route, size, where, taken)
        touched[r] = 1
        done += 1
        if done >= strings:
            return


@njit(cache=True)
def shorten(r: Any, p: Any, q: Any, route: Any, size: Any) -> bool:
    """2-opt where both ways are alike, and moving up to three stops elsewhere in the route. No windows."""
    travel, profile = p[0], p[6]
    back = p[7]
    d = travel[profile[r]]
    alike = True
    gained = False
    first = q[2][r]
    better = True
    while better:
        better = False
        last = size[r] - 1
        for i in range(first, last - 2):
            a, b = route[r, i], route[r, i + 1]
            if abs(d[a, b] - back[profile[r]][a, b]) > 1e-12:
                alike = False
                break
            for j in range(i + 2, last):
                c, e = route[r, j], route[r, j + 1]
                if d[a, c] + d[b, e] < d[a, b] + d[c, e] - 1e-9:
                    lo, hi = i + 1, j
                    while lo < hi:
                        route[r, lo], route[r, hi] = route[r, hi], route[r, lo]
                        lo += 1
                        hi -= 1
                    b = route[r, i + 1]
                    better = True
        if not alike:
            break
        gained = gained or better
    for length in range(1, 4):
        last = size[r] - 1
        i = first + 1
        while i + length <= last:
            a, x, y, b = route[r, i - 1], route[r, i], route[r, i + length - 1], route[r, i + length]
            saved = d[a, x] + d[y, b] - d[a, b]
            best, at = 1e-9, -1
            for k in range(first, last):
                if i - 1 <= k < i + length:
                    continue
                u, w = route[r, k], route[r, k + 1]
                gain = saved - (d[u, x] + d[y, w] - d[u, w])
                if gain > best:
                    best, at = gain, k
            if at >= 0:
                kept = route[r, i : i + length].copy()
                if at < i:
                    for j in range(i - 1, at, -1):
                        route[r, j + length] = route[r, j]
                    for j in range(length):
                        route[r, at + 1 + j] = kept[j]
                else:
                    for j in range(i + length, at + 1):
                        route[r, j - length] = route[r, j]
                    for j in range(length):
                        route[r, at + 1 - length + j] = kept[j]
                gained = True
            i += 1
    return gained


@njit(cache=True)
def crossed(r1: Any, r2: Any, p: Any, q: Any, s: Any, finish: Any) -> bool:
    """Exchange the ends of two routes where that saves way and both still fit. No windows, equal units."""
    route, size, early, _late, where, _cost, _place, _taken = s
    d = p[0][p[6][r1]]
    service = p[1]
    best, b1, b2 = 1e-9, -1, -1
    l1, l2 = size[r1] - 1, size[r2] - 1
    e1, e2 = early[r1, l1], early[r2, l2]
    for i in range(q[2][r1], l1):
        a, b = route[r1, i], route[r1, i + 1]
        for j in range(q[2][r2], l2):
            c, e = route[r2, j], route[r2, j + 1]
            gain = d[a, b] + d[c, e] - d[a, e] - d[c, b]
            if gain > best:
                if early[r1, i] + service[a] + d[a, e] + (e2 - early[r2, j + 1]) > finish[r1] + SLACK:
                    continue
                if early[r2, j] + service[c] + d[c, b] + (e1 - early[r1, i + 1]) > finish[r2] + SLACK:
                    continue
                best, b1, b2 = gain, i, j
    if b1 < 0:
        return False
    t1 = route[r1, b1 + 1 : size[r1]].copy()
    t2 = route[r2, b2 + 1 : size[r2]].copy()
    for k in range(len(t2)):
        route[r1, b1 + 1 + k] = t2[k]
    for k in range(len(t1)):
        route[r2, b2 + 1 + k] = t1[k]
    size[r1] = b1 + 1 + len(t2)
    size[r2] = b2 + 1 + len(t1)
    for k in range(1, size[r1] - 1):
        where[route[r1, k]] = r1
    for k in range(1, size[r2] - 1):
        where[route[r2, k]] = r2
    return True


@njit(cache=True)
def worth(p: Any, q: Any, s: Any, thrift: Any, fair: Any) -> float:
    """Prize, less a little for time, less unequal loads where fairness counts."""
    route, size, early = s[0], s[1], s[2]
    prize, must = q[0], q[4]
    dislike, disliked = p[8], p[10]
    total, spent, square = 0.0, 0.0, 0.0
    units = len(size)
    for r in range(units):
        for k in range(1, size[r] - 1):
            v = route[r, k]
            total += prize[v] + (1e6 if must[v] else 0.0)
        if disliked:
            for k in range(size[r] - 1):
                total -= thrift * dislike[route[r, k], route[r, k + 1]]
        load = early[r, size[r] - 1] - p[4][r]
        spent += load
        square += load * load
    total -= thrift * spent
    if fair > 0 and units > 1 and spent > 0:
        mean = spent / units
        total -= fair * (square / units / (mean * mean) - 1.0)
    return float(total)


@njit(cache=True)
def copy(a: Any, b: Any) -> None:
    """b becomes a."""
    for r in range(len(a[1])):
        n = a[1][r]
        b[0][r, :n] = a[0][r, :n]
        b[2][r, :n] = a[2][r, :n]
        b[3][r, :n] = a[3][r, :n]
        b[5][r, :] = a[5][r, :]
        b[6][r, :] = a[6][r, :]
    b[1][:] = a[1]
    b[4][:] = a[4]
    b[7][:] = a[7]


@njit(cache=True)
def appraise(r: Any, p: Any, q: Any, s: Any, wait: Any, free: Any, count: Any) -> None:
    price(r, p, q, s[0], s[1], s[2], s[3], s[4], s[5], s[6], wait, free, count)


@njit(cache=True)
def settle(p: Any, q: Any, s: Any, free: Any, count: Any, wait: Any) -> bool:
    """All times and prices anew."""
    good = True
    for r in range(len(s[1])):
        good = refresh(r, p, s[0], s[1], s[2], s[3]) and good
        appraise(r, p, q, s, wait, free, count)
    return good


@njit(cache=True, nogil=True)
def anneal(
    p: Any,
    q: Any,
    now: Any,
    trial: Any,
    best: Any,
    near: Any,
    free: Any,
    rng: Any,
    steps: Any,
    hot: Any,
    cold: Any,
    wait: Any,
    thrift: Any,
    fair: Any,
    average: Any,
    longest: Any,
    even: Any,
    gammas: Any,
) -> float:
    """Run `steps` iterations while the temperature falls from hot to cold. `now` goes on; `best` only improves."""
    windowed = p[9]
    prize, must = q[0], q[4]
    units, count = len(now[1]), len(free)
    touched, dirty = np.zeros(units, np.int8), np.zeros(units, np.int8)
    weight = np.zeros(len(prize))
    loose = np.zeros(count, np.int32)
    best_worth = worth(p, q, best, thrift, fair)
    settle(p, q, now, free, count, wait)
    worth_now = worth(p, q, now, thrift, fair)
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        heat *= cooling
        copy(now, trial)
        ruin(q, trial, near, rng, touched, average, longest)
        gamma = gammas[0] + (gammas[1] - gammas[0]) * uniform(rng)
        wild = (
            uniform(rng) < 0.1
        )  # now and then quite other stops first, to leave what greed alone never leaves
        noise = (1.6 if wild else 0.3) * uniform(rng)
        blink = 0.3 * uniform(rng) if wild else 0.03
        for i in range(count):
            v = free[i]
            weight[v] = (prize[v] ** gamma) * (1.0 + noise * (uniform(rng) - 0.5))
            if must[v]:
                weight[v] = 1e12 * (1.0 + uniform(rng))
        for r in range(units):
            dirty[r] = 0
            if touched[r]:
                if not windowed:
                    shorten(r, p, q, trial[0], trial[1])
                refresh(r, p, trial[0], trial[1], trial[2], trial[3])
        gone = 0
        for i in range(count):
            if trial[4][free[i]] < 0 and now[4][free[i]] >= 0:
                loose[gone] = free[i]
                gone += 1
        for r in range(units):  # an untouched route has no price yet for what was taken out of the others
            if touched[r]:
                appraise(r, p, q, trial, wait, free, count)
            else:
                appraise(r, p, q, trial, wait, loose, gone)
        recreate(p, q, trial, free, count, weight, wait, blink, fair, rng, dirty)
        if not windowed:
            if even and units > 1 and uniform(rng) < 0.2:
                r1 = int(uniform(rng) * units)
                r2 = int(uniform(rng) * units)
                if r1 != r2 and crossed(r1, r2, p, q, trial, p[5]):
                    dirty[r1] = dirty[r2] = 2
            again = False
            for r in range(units):
                if dirty[r] and (shorten(r, p, q, trial[0], trial[1]) or dirty[r] == 2):
                    refresh(r, p, trial[0], trial[1], trial[2], trial[3])
                    appraise(r, p, q, trial, wait, free, count)
                    again = True
            if again:
                recreate(p, q, trial, free, count, weight, wait, 0.0, fair, rng, dirty)
        w = worth(p, q, trial, thrift, fair)
        if w > worth_now or w > worth_now + heat * math.log(max(uniform(rng), 1e-300)):
            copy(trial, now)
            worth_now = w
            if w > best_worth + 1e-9:
                copy(now, best)
                best_worth = w
    return best_worth
