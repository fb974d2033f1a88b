#include "language/layered_layout.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

namespace gongkai::language {

namespace {

constexpr double kBetween = 24;       // between two boxes of a row
constexpr double kBetweenLines = 14;  // beside a passing arrow
constexpr double kRowGap = 16;        // between a row of boxes and a row of labels
constexpr double kMargin = 16;
constexpr int kOrderSweeps = 24;
constexpr int kPlaceSweeps = 16;

// A place in a row: a box, a label, or an arrow that passes.
struct Slot {
    std::size_t row = 0;
    double width = 0;
    double height = 0;
    bool box = false;
    double x = 0;
    std::vector<std::size_t> above;
    std::vector<std::size_t> below;
};

class Sugiyama {
  public:
    explicit Sugiyama(Layout& layout) : layout_(layout) {}

    void run(std::size_t start) {
        break_cycles(start);
        rank();
        fill_rows();
        order();
        place();
        write_back();
    }

  private:
    // ---- no arrow upwards: those that close a circle are turned around

    void break_cycles(std::size_t start) {
        const std::size_t n = layout_.nodes.size();
        turned_.assign(layout_.edges.size(), false);
        out_.assign(n, {});
        for (std::size_t pass = 0; pass < 2; ++pass) {
            for (std::size_t e = 0; e < layout_.edges.size(); ++e) {
                if (layout_.edges[e].back == (pass == 1)) out_[layout_.edges[e].from].push_back(e);
            }
        }
        enum class Mark : std::uint8_t { fresh, open, done };
        std::vector<Mark> marks(n, Mark::fresh);
        const auto visit = [&](std::size_t root) {
            std::vector<std::pair<std::size_t, std::size_t>> path{{root, 0}};
            marks[root] = Mark::open;
            while (!path.empty()) {
                auto& [node, next] = path.back();
                if (next == out_[node].size()) {
                    marks[node] = Mark::done;
                    path.pop_back();
                    continue;
                }
                const std::size_t e = out_[node][next++];
                const std::size_t to = layout_.edges[e].to;
                if (marks[to] == Mark::open) {
                    turned_[e] = true;
                } else if (marks[to] == Mark::fresh) {
                    marks[to] = Mark::open;
                    path.emplace_back(to, 0);
                }
            }
        };
        if (start < n) visit(start);
        for (std::size_t i = 0; i < n; ++i) {
            if (marks[i] == Mark::fresh) visit(i);
        }
    }

    std::size_t upper(std::size_t e) const {
        return turned_[e] ? layout_.edges[e].to : layout_.edges[e].from;
    }
    std::size_t lower(std::size_t e) const {
        return turned_[e] ? layout_.edges[e].from : layout_.edges[e].to;
    }

    // Every box as high as the longest path to it allows; boxes on even rows, labels on odd ones.
    void rank() {
        const std::size_t n = layout_.nodes.size();
        std::vector<std::size_t> waiting(n, 0);
        std::vector<std::vector<std::size_t>> next(n);
        for (std::size_t e = 0; e < layout_.edges.size(); ++e) {
            ++waiting[lower(e)];
            next[upper(e)].push_back(lower(e));
        }
        rank_.assign(n, 0);
        std::vector<std::size_t> ready;
        for (std::size_t i = 0; i < n; ++i) {
            if (waiting[i] == 0) ready.push_back(i);
        }
        for (std::size_t i = 0; i < ready.size(); ++i) {
            for (const std::size_t to : next[ready[i]]) {
                rank_[to] = std::max(rank_[to], rank_[ready[i]] + 2);
                if (--waiting[to] == 0) ready.push_back(to);
            }
        }
    }

    // ---- rows

    std::size_t slot(std::size_t row, double width, double height, bool box) {
        if (rows_.size() <= row) rows_.resize(row + 1);
        rows_[row].push_back(slots_.size());
        slots_.push_back({row, width, height, box, 0, {}, {}});
        return slots_.size() - 1;
    }

    void fill_rows() {
        for (std::size_t i = 0; i < layout_.nodes.size(); ++i) {
            slot(rank_[i], layout_.nodes[i].width, layout_.nodes[i].height, true);
        }
        chains_.resize(layout_.edges.size());
        label_at_.assign(layout_.edges.size(), SIZE_MAX);
        for (std::size_t e = 0; e < layout_.edges.size(); ++e) {
            const LayoutEdge& edge = layout_.edges[e];
            auto& chain = chains_[e];
            chain.push_back(upper(e));
            const std::size_t top = rank_[upper(e)];
            const std::size_t bottom = rank_[lower(e)];
            // The label stands near the box that the action belongs to.
            const std::size_t label_row = turned_[e] ? bottom - 1 : top + 1;
            for (std::size_t row = top + 1; row < bottom; ++row) {
                const bool label = row == label_row && edge.label_width > 0;
                const std::size_t s = label ? slot(row, edge.label_width, edge.label_height, false)
                                            : slot(row, 0, 0, false);
                if (label) label_at_[e] = s;
                chain.push_back(s);
            }
            chain.push_back(lower(e));
            for (std::size_t i = 1; i < chain.size(); ++i) {
                slots_[chain[i - 1]].below.push_back(chain[i]);
                slots_[chain[i]].above.push_back(chain[i - 1]);
            }
        }
    }

    // ---- order within the rows: as few crossings as the barycentres find

    void number_row(const std::vector<std::size_t>& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            position_[row[i]] = i;
    }

    std::size_t crossings() const {
        std::size_t sum = 0;
        std::vector<std::size_t> ends;
        std::vector<std::size_t> tree;
        for (std::size_t r = 0; r + 1 < rows_.size(); ++r) {
            ends.clear();
            for (const std::size_t s : rows_[r]) {
                const std::size_t first = ends.size();
                for (const std::size_t to : slots_[s].below)
                    ends.push_back(position_[to]);
                std::sort(ends.begin() + static_cast<std::ptrdiff_t>(first), ends.end());
            }
            // Inversions of `ends`, counted with a binary indexed tree.
            tree.assign(rows_[r + 1].size() + 1, 0);
            for (std::size_t i = 0; i < ends.size(); ++i) {
                std::size_t before = 0;
                for (std::size_t k = ends[i] + 1; k > 0; k -= k & (~k + 1))
                    before += tree[k];
                sum += i - before;
                for (std::size_t k = ends[i] + 1; k < tree.size(); k += k & (~k + 1))
                    ++tree[k];
            }
        }
        return sum;
    }

    void order() {
        position_.assign(slots_.size(), 0);
        // First as a walk from the top meets them: neighbours in the flow are neighbours here.
        std::vector<std::vector<std::size_t>> fresh(rows_.size());
        std::vector<bool> seen(slots_.size(), false);
        std::vector<std::size_t> stack;
        for (const auto& row : rows_) {
            for (const std::size_t root : row) {
                if (seen[root]) continue;
                stack.push_back(root);
                seen[root] = true;
                while (!stack.empty()) {
                    const std::size_t s = stack.back();
                    stack.pop_back();
                    fresh[slots_[s].row].push_back(s);
                    for (auto to = slots_[s].below.rbegin(); to != slots_[s].below.rend(); ++to) {
                        if (seen[*to]) continue;
                        seen[*to] = true;
                        stack.push_back(*to);
                    }
                }
            }
        }
        rows_ = fresh;
        for (const auto& row : rows_)
            number_row(row);
        auto best = rows_;
        std::size_t fewest = crossings();
        std::vector<double> weight(slots_.size(), 0);
        for (int sweep = 0; sweep < kOrderSweeps && fewest > 0; ++sweep) {
            const bool down = sweep % 2 == 0;
            for (std::size_t i = 0; i < rows_.size(); ++i) {
                auto& row = rows_[down ? i : rows_.size() - 1 - i];
                for (const std::size_t s : row) {
                    const auto& near = down ? slots_[s].above : slots_[s].below;
                    double sum = 0;
                    for (const std::size_t other : near)
                        sum += static_cast<double>(position_[other]);
                    weight[s] = near.empty() ? static_cast<double>(position_[s])
                                             : sum / static_cast<double>(near.size());
                }
                std::stable_sort(row.begin(), row.end(), [&](std::size_t a, std::size_t b) {
                    return weight[a] < weight[b];
                });
                number_row(row);
            }
            const std::size_t now = crossings();
            if (now < fewest) {
                fewest = now;
                best = rows_;
            }
        }
        rows_ = best;
        for (const auto& row : rows_)
            number_row(row);
    }

    // ---- where in its row

    double apart(std::size_t left, std::size_t right) const {
        const Slot& a = slots_[left];
        const Slot& b = slots_[right];
        const bool lines = !a.box || !b.box;
        return a.width / 2 + b.width / 2 + (lines ? kBetweenLines : kBetween);
    }

    // The places nearest to what the neighbours wish, in the given order and at least apart():
    // pool adjacent violators, exact for one row.
    void settle(const std::vector<std::size_t>& row, const std::vector<double>& wish,
                const std::vector<double>& weight) {
        struct Pool {
            double sum;
            double weight;
            std::size_t count;
            double at() const { return sum / weight; }
        };
        std::vector<Pool> pools;
        std::vector<double> offset(row.size(), 0);
        for (std::size_t i = 1; i < row.size(); ++i)
            offset[i] = offset[i - 1] + apart(row[i - 1], row[i]);
        for (std::size_t i = 0; i < row.size(); ++i) {
            pools.push_back({(wish[i] - offset[i]) * weight[i], weight[i], 1});
            while (pools.size() > 1 && pools[pools.size() - 2].at() > pools.back().at()) {
                const Pool last = pools.back();
                pools.pop_back();
                pools.back().sum += last.sum;
                pools.back().weight += last.weight;
                pools.back().count += last.count;
            }
        }
        std::size_t i = 0;
        for (const Pool& pool : pools) {
            for (std::size_t k = 0; k < pool.count; ++k, ++i)
                slots_[row[i]].x = pool.at() + offset[i];
        }
    }

    void place() {
        for (const auto& row : rows_) {
            double x = 0;
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (i > 0) x += apart(row[i - 1], row[i]);
                slots_[row[i]].x = x;
            }
        }
        std::vector<double> wish;
        std::vector<double> weight;
        for (int sweep = 0; sweep < kPlaceSweeps; ++sweep) {
            const bool down = sweep % 2 == 0;
            const bool last = sweep + 2 >= kPlaceSweeps;
            for (std::size_t i = 0; i < rows_.size(); ++i) {
                const auto& row = rows_[down ? i : rows_.size() - 1 - i];
                wish.assign(row.size(), 0);
                weight.assign(row.size(), 1);
                for (std::size_t k = 0; k < row.size(); ++k) {
                    const Slot& s = slots_[row[k]];
                    double sum = 0;
                    double all = 0;
                    for (const auto* near : {&s.above, &s.below}) {
                        // In the last sweeps both sides count, which evens out.
                        if (!last && near != (down ? &s.above : &s.below)) continue;
                        for (const std::size_t other : *near) {
                            // Long arrows should be straight before all.
                            const double pull = !s.box && !slots_[other].box ? 8 : 1;
                            sum += pull * slots_[other].x;
                            all += pull;
                        }
                    }
                    wish[k] = all > 0 ? sum / all : s.x;
                    weight[k] = all > 0 ? (s.box ? 1 : 4) : 0.01;
                }
                settle(row, wish, weight);
            }
        }
    }

    // ---- out

    void write_back() {
        double left = slots_.front().x;
        double right = left;
        for (const Slot& s : slots_) {
            left = std::min(left, s.x - s.width / 2);
            right = std::max(right, s.x + s.width / 2);
        }
        std::vector<double> top(rows_.size(), 0);
        std::vector<double> height(rows_.size(), 0);
        double y = kMargin;
        for (std::size_t r = 0; r < rows_.size(); ++r) {
            for (const std::size_t s : rows_[r])
                height[r] = std::max(height[r], slots_[s].height);
            top[r] = y;
            y += height[r] + kRowGap;
        }
        layout_.width = right - left + 2 * kMargin;
        layout_.height = y - kRowGap + kMargin;
        const auto x_of = [&](std::size_t s) { return slots_[s].x - left + kMargin; };
        const auto middle = [&](std::size_t s) {
            return top[slots_[s].row] + height[slots_[s].row] / 2;
        };
        for (std::size_t i = 0; i < layout_.nodes.size(); ++i)
            layout_.nodes[i].center = {x_of(i), middle(i)};

        const auto ports_below = ports(true);
        const auto ports_above = ports(false);
        for (std::size_t e = 0; e < layout_.edges.size(); ++e) {
            LayoutEdge& edge = layout_.edges[e];
            const auto& chain = chains_[e];
            const std::size_t first = chain.front();
            const std::size_t last = chain.back();
            edge.route.clear();
            edge.route.push_back(
                {x_of(first) + ports_below[e], middle(first) + slots_[first].height / 2});
            for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
                const std::size_t row = slots_[chain[i]].row;
                edge.route.push_back({x_of(chain[i]), top[row]});
                edge.route.push_back({x_of(chain[i]), top[row] + height[row]});
            }
            edge.route.push_back(
                {x_of(last) + ports_above[e], middle(last) - slots_[last].height / 2});
            if (turned_[e]) {
                std::reverse(edge.route.begin(), edge.route.end());
                edge.climbs = (rank_[lower(e)] - rank_[upper(e)]) / 2;
            }
            if (label_at_[e] != SIZE_MAX) edge.label = {x_of(label_at_[e]), middle(label_at_[e])};
        }
    }

    // Several arrows at one side of a box leave it side by side, in the order in which they go on.
    std::vector<double> ports(bool below) const {
        std::vector<double> out(layout_.edges.size(), 0);
        std::vector<std::vector<std::size_t>> at(layout_.nodes.size());
        for (std::size_t e = 0; e < layout_.edges.size(); ++e)
            at[below ? upper(e) : lower(e)].push_back(e);
        for (std::size_t i = 0; i < at.size(); ++i) {
            auto& edges = at[i];
            const auto next = [&](std::size_t e) {
                const auto& chain = chains_[e];
                return slots_[below ? chain[1] : chain[chain.size() - 2]].x;
            };
            std::stable_sort(edges.begin(), edges.end(),
                             [&](std::size_t a, std::size_t b) { return next(a) < next(b); });
            const double count = static_cast<double>(edges.size());
            const double step =
                std::min(18.0, (layout_.nodes[i].width - 24) / std::max(1.0, count));
            for (std::size_t k = 0; k < edges.size(); ++k)
                out[edges[k]] = (static_cast<double>(k) - (count - 1) / 2) * step;
        }
        return out;
    }

    Layout& layout_;
    std::vector<bool> turned_;
    std::vector<std::vector<std::size_t>> out_;
    std::vector<std::size_t> rank_;
    std::vector<Slot> slots_;  // the first are the boxes, by their index
    std::vector<std::vector<std::size_t>> rows_;
    std::vector<std::vector<std::size_t>> chains_;  // of each edge, from top to bottom
    std::vector<std::size_t> label_at_;
    std::vector<std::size_t> position_;
};

}  // namespace

void lay_out(Layout& layout, std::size_t start) {
    if (layout.nodes.empty()) {
        layout.width = layout.height = 2 * kMargin;
        return;
    }
    Sugiyama(layout).run(start);
}

}  // namespace gongkai::language
