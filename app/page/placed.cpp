#include <algorithm>

#include "app/page/page.hpp"

namespace gongkai::app {

using engine::Error;
using engine::ErrorCode;

engine::Result<std::vector<std::vector<PlacedCell>>> placed(const Table& table) {
    const Error wrong{ErrorCode::invalid_argument,
                      "the cells of table \"" + table.name + "\" do not make a rectangle"};
    const std::size_t width = table.widths.size();
    struct Hanging {
        const TableCell* cell = nullptr;
        std::size_t rows_left = 0;
        std::size_t begin = 0;
    };
    std::vector<Hanging> hanging(width);
    std::vector<std::vector<PlacedCell>> out;
    for (const auto& row : table.rows) {
        std::vector<PlacedCell> line;
        std::vector<Hanging> next(width);
        std::size_t column = 0;
        auto cell = row.begin();
        while (column < width) {
            if (hanging[column].rows_left > 0) {
                const Hanging& above = hanging[column];
                line.push_back(
                    {nullptr, above.cell, static_cast<std::uint16_t>(column), above.cell->columns});
                for (std::size_t i = 0; i < above.cell->columns; ++i)
                    next[column + i] = {above.cell, above.rows_left - 1, column};
                column += above.cell->columns;
                continue;
            }
            if (cell == row.end() || cell->columns == 0 || cell->rows == 0 ||
                column + cell->columns > width)
                return wrong;
            for (std::size_t i = 0; i < cell->columns; ++i) {
                if (hanging[column + i].rows_left > 0) return wrong;
                next[column + i] = {&*cell, cell->rows - std::size_t{1}, column};
            }
            line.push_back({&*cell, nullptr, static_cast<std::uint16_t>(column), cell->columns});
            column += cell->columns;
            ++cell;
        }
        if (cell != row.end()) return wrong;
        hanging = std::move(next);
        out.push_back(std::move(line));
    }
    const bool open = std::any_of(hanging.begin(), hanging.end(),
                                  [](const Hanging& one) { return one.rows_left > 0; });
    if (open || width == 0) return wrong;
    return out;
}

}  // namespace gongkai::app
