"""LambdaMART (Burges 2010) with symmetric trees, in numpy.

A symmetric (oblivious) tree asks the same question of all nodes of a level: three thresholds and eight
leaves, which a processor evaluates without a branch and three times as fast as a tree whose nodes differ
(index/search/rank/search_rerank.c). No library of Debian's grows them, so this does.

Each tree is fitted to the gradient of a cost over pairs of results of a query, of which one is judged
better: log(1 + exp(worse - better)), weighted by what swapping the two would change of the query's nDCG
(here of the whole list, so that what stands behind place ten teaches too). A split is the one that lowers
the cost most by the second-order estimate, summed over the nodes of its level (Chen and Guestrin 2016,
section 2.2); leaves are Newton steps, shortened by the rate. Features are cut into at most MAX_BINS bins
at quantiles of their values, so that a level is one pass of counting.
"""

import dataclasses

import numpy

MAX_BINS = 64
DEPTH = 3
N_TREES = 110
RATE = 0.14
ROW_SHARE = 0.7  # of each tree
FEATURE_SHARE = 0.5
MIN_WEIGHT = 5.0  # of the second derivative in a node
SHRINKAGE = 1.0  # added to it
# Gradients are of this size so that the two constants above are those that such learners have by custom.
SCALE = 100.0


@dataclasses.dataclass
class Ranking:
    """Candidates of all queries, one behind the other."""

    features: numpy.ndarray  # a row a candidate
    base: numpy.ndarray  # the score before the first tree
    gains: numpy.ndarray  # 2^grade - 1
    starts: numpy.ndarray  # of each query, and the end
    n_before: numpy.ndarray  # results that stand in front of each query's candidates
    ideal: numpy.ndarray  # each query's best possible discounted gain


@dataclasses.dataclass
class Tree:
    """At level i a candidate goes right where its feature features[i] is not below thresholds[i]; the
    first level's outcome is the highest bit of the leaf's number."""

    features: list
    thresholds: list
    leaves: numpy.ndarray

    def values(self, rows):
        leaf = numpy.zeros(len(rows), numpy.intp)
        for feature, threshold in zip(self.features, self.thresholds):
            leaf = 2 * leaf + (rows[:, feature] >= threshold)
        return self.leaves[leaf]


def predict(trees, base, rows):
    return base + sum((tree.values(rows) for tree in trees), numpy.zeros(len(rows)))


def _thresholds(values):
    """Where a feature is cut: halfway between values that occur, at most MAX_BINS - 1 times."""
    present = numpy.unique(values)
    if len(present) > MAX_BINS:
        quantiles = numpy.quantile(values, numpy.arange(1, MAX_BINS) / MAX_BINS, method="higher")
        above = numpy.unique(quantiles[quantiles > present[0]])
    else:
        above = present[1:]
    below = present[numpy.searchsorted(present, above) - 1]
    return ((below.astype(float) + above) / 2).astype(numpy.float32)


class _Pairs:
    """All pairs of candidates of a query of which one is better, and what their order costs."""

    def __init__(self, ranking):
        better, worse, weights = [], [], []
        for query, (start, end) in enumerate(zip(ranking.starts, ranking.starts[1:])):
            gains = ranking.gains[start:end]
            first, second = numpy.nonzero(gains[:, None] > gains[None, :])
            better.append(first + start)
            worse.append(second + start)
            weights.append((gains[first] - gains[second]) / ranking.ideal[query])
        self.better = numpy.concatenate(better)
        self.worse = numpy.concatenate(worse)
        self.weights = SCALE * numpy.concatenate(weights)
        self.ranking = ranking
        lengths = numpy.diff(ranking.starts)
        self.query_of_row = numpy.repeat(numpy.arange(len(lengths)), lengths)
        self.first_place = (ranking.n_before - ranking.starts[:-1])[self.query_of_row]

    def derivatives(self, scores):
        """The first and second derivative of the cost by each candidate's score."""
        n = len(scores)
        places = numpy.empty(n, numpy.intp)
        places[numpy.lexsort((-scores, self.query_of_row))] = numpy.arange(n)
        discounts = 1 / numpy.log2(places + self.first_place + 2)
        weights = self.weights * numpy.abs(discounts[self.better] - discounts[self.worse])
        wrong = 1 / (1 + numpy.exp(scores[self.better] - scores[self.worse]))
        push = weights * wrong
        curve = push * (1 - wrong)
        first = numpy.bincount(self.worse, push, n) - numpy.bincount(self.better, push, n)
        second = numpy.bincount(self.worse, curve, n) + numpy.bincount(self.better, curve, n)
        return first, second


def _gain(first, second):
    return first * first / (second + SHRINKAGE)


def _best_split(bins, nodes, n_nodes, derivatives, n_bins):
    """The column of `bins` and the bin behind which to split all nodes; None where nothing is gained."""
    n_columns = bins.shape[1]
    cells = bins + n_bins * (nodes[:, None] * n_columns + numpy.arange(n_columns))
    shape = (n_nodes, n_columns, n_bins)
    sums = [
        numpy.bincount(cells.ravel(), numpy.repeat(values, n_columns), numpy.prod(shape)).reshape(shape)
        for values in derivatives
    ]
    left_first, left_second = (numpy.cumsum(values, axis=2) for values in sums)
    all_first, all_second = left_first[:, :, -1:], left_second[:, :, -1:]
    right_first, right_second = all_first - left_first, all_second - left_second
    gains = _gain(left_first, left_second) + _gain(right_first, right_second) - _gain(all_first, all_second)
    gains[(left_second < MIN_WEIGHT) | (right_second < MIN_WEIGHT)] = 0
    total = gains.sum(axis=0)
    best = numpy.unravel_index(total.argmax(), total.shape)
    return best if total[best] > 1e-6 else None


def _grow(bins, derivatives, columns, thresholds, random):
    """A tree from a share of the rows, and the leaf of each of all rows."""
    used = random.random_sample(len(bins)) < ROW_SHARE
    sample = numpy.ascontiguousarray(bins[numpy.ix_(used, columns)])
    chosen = [values[used] for values in derivatives]
    nodes = numpy.zeros(len(sample), numpy.intp)
    leaf = numpy.zeros(len(bins), numpy.intp)
    tree = Tree([], [], None)
    for level in range(DEPTH):
        split = _best_split(sample, nodes, 1 << level, chosen, MAX_BINS)
        # A level without a question: everything goes left.
        column, last_bin = split if split is not None else (0, MAX_BINS)
        feature = columns[column]
        cuts = thresholds[feature]
        tree.features.append(int(feature))
        tree.thresholds.append(float(cuts[last_bin]) if last_bin < len(cuts) else float("inf"))
        nodes = 2 * nodes + (sample[:, column] > last_bin)
        leaf = 2 * leaf + (bins[:, feature] > last_bin)
    first, second = (numpy.bincount(nodes, values, 1 << DEPTH) for values in chosen)
    tree.leaves = (-RATE * first / (second + SHRINKAGE)).astype(numpy.float32)
    return tree, leaf


def train(ranking, seed=1, n_trees=N_TREES):
    """Returns the trees. Queries without a judged candidate teach nothing and need not be among them."""
    random = numpy.random.RandomState(seed)
    n_features = ranking.features.shape[1]
    thresholds = [_thresholds(ranking.features[:, feature]) for feature in range(n_features)]
    bins = numpy.stack(
        [
            numpy.searchsorted(cuts, ranking.features[:, feature], side="right")
            for feature, cuts in enumerate(thresholds)
        ],
        axis=1,
    )
    pairs = _Pairs(ranking)
    scores = ranking.base.astype(float)
    trees = []
    for _ in range(n_trees):
        columns = random.permutation(n_features)[: max(1, round(FEATURE_SHARE * n_features))]
        tree, leaf = _grow(bins, pairs.derivatives(scores), columns, thresholds, random)
        scores += tree.leaves[leaf]
        trees.append(tree)
    return trees
