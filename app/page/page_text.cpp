#include "app/page/page.hpp"

namespace gongkai::app {

namespace {

void write(const Paragraph& paragraph, std::string& out) {
    if (paragraph.kind < Paragraph::Kind::body && !out.empty()) out += "\n";
    out += paragraph.text + "\n";
}

void write(const Table& table, std::string& out) {
    for (const auto& row : table.rows) {
        std::string line;
        for (const TableCell& cell : row) {
            if (!line.empty()) line += " | ";
            for (const char c : cell.text)
                line += c == '\n' ? std::string("; ") : std::string(1, c);
        }
        out += line + "\n";
    }
}

}  // namespace

std::string page_text(const Page& page) {
    std::string out;
    for (const Block& block : page.blocks)
        std::visit([&](const auto& one) { write(one, out); }, block);
    return out;
}

}  // namespace gongkai::app
