#include "language/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "language/unicode.hpp"

namespace gongkai::language {

namespace {

// Past this many a file is not worth reading on.
constexpr std::size_t kMostFound = 500;
// A line longer than this is shown as a window around the place.
constexpr std::size_t kLongLine = 160;
constexpr std::size_t kWindowBefore = 60;

// `text` with every tab and stray byte as one cell, so that carets stand where they should.
std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t start = offset;
        const auto c = next_code_point(text, offset);
        if (!c) {
            ++offset;
            out += '?';
        } else if (*c == '\t') {
            out += ' ';
        } else if (is_forbidden(*c)) {
            out += '?';
        } else {
            out += text.substr(start, offset - start);
        }
    }
    return out;
}

// The bytes of the first `count` code points.
std::size_t bytes_of(std::string_view text, std::size_t count) {
    std::size_t offset = 0;
    for (; count > 0 && offset < text.size(); --count) {
        if (!next_code_point(text, offset)) ++offset;
    }
    return offset;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    out += c;
                }
        }
    }
    return out + '"';
}

// Optimal string alignment: a swap of two neighbours counts one, as the most common slip of a
// typist.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

}  // namespace

std::size_t cells(std::string_view utf8) {
    std::size_t sum = 0;
    for (std::size_t offset = 0; offset < utf8.size();) {
        if (const auto c = next_code_point(utf8, offset)) {
            sum += static_cast<std::size_t>(cell_width(*c));
        } else {
            ++offset;
            ++sum;
        }
    }
    return sum;
}

std::optional<std::string> nearest(std::string_view wrong,
                                   std::span<const std::string> candidates) {
    if (wrong.empty() || wrong.size() > 80) return std::nullopt;
    const std::size_t allowed = std::max<std::size_t>(1, wrong.size() / 3);
    std::size_t best = allowed + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(candidate.size(), wrong.size());
        if (longer - std::min(candidate.size(), wrong.size()) > allowed) continue;
        const std::size_t d = distance(wrong, candidate);
        if (d < best && d < candidate.size()) {
            best = d;
            found = candidate;
        }
    }
    return found;
}

Message did_you_mean(std::string_view wrong, std::span<const std::string> candidates) {
    const auto name = nearest(wrong, candidates);
    if (!name) return {};
    return {fmt::format("did you mean `{}`?", *name), fmt::format("是否应为“{}”?", *name)};
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(const Diagnostic& diagnostic, Tongue tongue) {
    const bool chinese = tongue == Tongue::chinese;
    const char* severity = diagnostic.severity == Severity::error ? (chinese ? "错误" : "error")
                                                                  : (chinese ? "警告" : "warning");
    std::string out = diagnostic.file;
    if (diagnostic.line != 0) out += fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
    out += fmt::format(": {}[{}]: {}\n", severity, diagnostic.code,
                       chinese ? diagnostic.message_zh : diagnostic.message);
    const std::string margin(7, ' ');
    if (diagnostic.line != 0) {
        const std::string_view line = diagnostic.excerpt;
        const std::size_t start = bytes_of(line, diagnostic.excerpt_column - 1);
        const std::size_t size = bytes_of(line.substr(start), diagnostic.length);
        const std::size_t carets = std::max<std::size_t>(1, cells(line.substr(start, size)));
        out += fmt::format("{:>6} | {}\n", diagnostic.line, line);
        out += fmt::format("{}| {}{}\n", margin, std::string(cells(line.substr(0, start)), ' '),
                           std::string(carets, '^'));
    }
    const std::string& hint = chinese ? diagnostic.hint_zh : diagnostic.hint;
    if (!hint.empty()) out += fmt::format("{}= {}\n", margin, hint);
    return out;
}

std::string render(std::span<const Diagnostic> diagnostics, Tongue tongue) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (!out.empty()) out += '\n';
        out += render(diagnostic, tongue);
    }
    return out;
}

std::string to_json(std::span<const Diagnostic> diagnostics) {
    std::string out = "[";
    for (const Diagnostic& d : diagnostics) {
        if (out.size() > 1) out += ",";
        out += fmt::format(
            "\n  {{\"severity\": \"{}\", \"code\": {}, \"file\": {}, \"line\": {}, \"column\": {}, "
            "\"length\": {}, \"message\": {}, \"message_zh\": {}, \"hint\": {}, \"hint_zh\": {}}}",
            d.severity == Severity::error ? "error" : "warning", json_string(d.code),
            json_string(d.file), d.line, d.column, d.length, json_string(d.message),
            json_string(d.message_zh), json_string(d.hint), json_string(d.hint_zh));
    }
    return out + (out.size() > 1 ? "\n]\n" : "]\n");
}

FileId Reporter::add(const SourceFile& file) {
    File entry{file.path, file.text, {0}};
    for (std::size_t i = 0; i < file.text.size(); ++i) {
        if (file.text[i] == '\n') entry.line_starts.push_back(static_cast<std::uint32_t>(i + 1));
    }
    files_.push_back(std::move(entry));
    return static_cast<FileId>(files_.size() - 1);
}

const std::string& Reporter::path(FileId file) const {
    return files_.at(file).path;
}

std::string_view Reporter::text(FileId file) const {
    return files_.at(file).text;
}

std::uint32_t Reporter::line(const Span& span) const {
    const auto& starts = files_.at(span.file).line_starts;
    const auto next = std::upper_bound(starts.begin(), starts.end(), span.offset);
    return static_cast<std::uint32_t>(next - starts.begin());
}

void Reporter::error(const Span& span, std::string code, Message message, Message hint) {
    add(Severity::error, span, std::move(code), std::move(message), std::move(hint));
}

void Reporter::warning(const Span& span, std::string code, Message message, Message hint) {
    add(Severity::warning, span, std::move(code), std::move(message), std::move(hint));
}

void Reporter::error(std::string path, std::string code, Message message, Message hint) {
    failed_ = true;
    Diagnostic d;
    d.code = std::move(code);
    d.file = std::move(path);
    d.message = std::move(message.en);
    d.message_zh = std::move(message.zh);
    d.hint = std::move(hint.en);
    d.hint_zh = std::move(hint.zh);
    found_.push_back({static_cast<FileId>(files_.size()), 0, std::move(d)});
}

void Reporter::add(Severity severity, const Span& span, std::string code, Message message,
                   Message hint) {
    if (severity == Severity::error) failed_ = true;
    if (found_.size() >= kMostFound) return;
    if (!told_.emplace(span.file, span.offset, code, message.en).second) return;
    const File& file = files_.at(span.file);
    const std::uint32_t number = line(span);
    const std::size_t start = file.line_starts[number - 1];
    std::size_t end = file.text.find('\n', start);
    if (end == std::string_view::npos) end = file.text.size();
    std::string_view text = file.text.substr(start, end - start);
    if (text.ends_with('\r')) text.remove_suffix(1);

    const std::size_t offset = std::min<std::size_t>(span.offset - start, text.size());
    const std::size_t size = std::min<std::size_t>(span.length, text.size() - offset);

    Diagnostic d;
    d.severity = severity;
    d.code = std::move(code);
    d.file = file.path;
    d.line = number;
    d.column = static_cast<std::uint32_t>(count_code_points(text.substr(0, offset))) + 1;
    d.length = std::max<std::uint32_t>(
        1, static_cast<std::uint32_t>(count_code_points(text.substr(offset, size))));
    d.message = std::move(message.en);
    d.message_zh = std::move(message.zh);
    d.hint = std::move(hint.en);
    d.hint_zh = std::move(hint.zh);
    d.excerpt_column = d.column;
    if (count_code_points(text) <= kLongLine) {
        d.excerpt = printable(text);
    } else {
        const std::size_t skipped = d.column - 1 > kWindowBefore ? d.column - 1 - kWindowBefore : 0;
        const std::string_view rest = text.substr(bytes_of(text, skipped));
        const std::string_view window = rest.substr(0, bytes_of(rest, kLongLine));
        d.excerpt =
            (skipped > 0 ? "…" : "") + printable(window) + (window.size() < rest.size() ? "…" : "");
        d.excerpt_column = d.column - static_cast<std::uint32_t>(skipped) + (skipped > 0 ? 1 : 0);
    }
    found_.push_back({span.file, span.offset, std::move(d)});
}

std::vector<Diagnostic> Reporter::take() {
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
        return std::tie(a.file, a.offset) < std::tie(b.file, b.offset);
    });
    std::vector<Diagnostic> out;
    for (Found& found : found_)
        out.push_back(std::move(found.diagnostic));
    told_.clear();
    found_.clear();
    return out;
}

}  // namespace gongkai::language
