/* Medians and their intervals, without any assumption on how times are spread.

   The interval of a median is a pair of order statistics: of n independent values the number below
   the true median is binomial (n, 1/2), so that the k-th smallest and the k-th largest have it
   between them but for twice the chance of less than k (W. J. Conover, Practical Nonparametric
   Statistics, "confidence interval for a quantile"; it is the sign test turned round). It needs no
   drawing, so that the same rounds give the same interval. */

export const CONFIDENCE = 0.95;
export const ROUNDS_FOR_VERDICT = 20;

function sorted(values) {
    return Float64Array.from(values).sort();
}

/* The middle value, or the mean of the two; NaN of none. */
export function median(values) {
    const ordered = sorted(values);
    const middle = Math.floor(ordered.length / 2);
    if (ordered.length === 0)
        return NaN;
    return ordered.length % 2 === 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2;
}

/* The value that a share (0 … 1) of the values does not pass: the nearest rank. */
export function quantile(values, share) {
    const ordered = sorted(values);
    const rank = Math.ceil(share * ordered.length);
    return ordered[Math.min(Math.max(rank, 1), ordered.length) - 1];
}

/* The largest k for which the k-th smallest and the k-th largest of n values are an interval of the
   median at this confidence; 0: n is too small for any. */
export function intervalRank(n, confidence = CONFIDENCE) {
    let log = -n * Math.LN2; // of the chance that just i values are below the median
    let below = 0;
    for (let i = 0; i < n; i++) {
        below += Math.exp(log);
        if (below > (1 - confidence) / 2)
            return i;
        log += Math.log((n - i) / (i + 1));
    }
    return 0;
}

/* The median with its interval: {median, low, high}. Of too few values for one, low and high are
   null. */
export function estimate(values) {
    const ordered = sorted(values);
    const k = intervalRank(ordered.length);
    return {
        median: median(values),
        low: k > 0 ? ordered[k - 1] : null,
        high: k > 0 ? ordered[ordered.length - k] : null,
    };
}

/* Ratios of values measured in the same round, after / before. A time below the clock's step counts
   as one step: nobody can tell it from that. */
export function pairedRatios(before, after, step) {
    return before.map((value, i) => Math.max(after[i], step) / Math.max(value, step));
}

/* What may be said of ratios: "more" or "less" where the whole interval is on one side of 1 and
   there are rounds enough, else "undecided". */
export function verdict(ratio, nRounds) {
    if (ratio.low === null || nRounds < ROUNDS_FOR_VERDICT)
        return "undecided";
    return ratio.low > 1 ? "more" : ratio.high < 1 ? "less" : "undecided";
}

/* The smallest step that a clock makes, in milliseconds as its readings are: the least difference
   other than 0 between readings that follow each other, of those of some 20 ms. */
export function clockStep(clock) {
    const begin = clock();
    let least = Infinity;
    for (let last = begin; last - begin < 20 || least === Infinity;) {
        const now = clock();
        if (now > last)
            least = Math.min(least, now - last);
        last = now;
    }
    return least;
}
