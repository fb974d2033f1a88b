// document letter: the letters about a document, as files.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "app/page/page.hpp"
#include "cli/document.hpp"
#include "cli/outcome.hpp"

namespace gongkai::cli {

namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

Result<void> write_file(const std::string& path, const std::string& bytes) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return Error{ErrorCode::invalid_argument, path + " exists already"};
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) return Error{ErrorCode::io, path + " cannot be written"};
    return {};
}

void say(const app::LettersView& view) {
    for (const app::LetterView& letter : view.letters) {
        fmt::print("{} {:<22} {}{}\n", letter.applies && letter.lacking.empty() ? "+" : "-",
                   letter.name, letter.title, letter.applies && letter.draft ? "（草稿）" : "");
        if (!letter.applies) continue;
        for (const app::LackingValue& one : letter.lacking)
            fmt::print("    lacks {} {}\n", one.title, one.name);
    }
}

Result<int> letters(const DocumentLetterOptions& options) {
    TRY(const Desk desk, desk_to_read(options, options.as));
    if (options.letter.empty()) {
        TRY(const auto view, desk.application->letters().list(desk.principal, options.document));
        say(view);
        return kOk;
    }
    if (options.docx.empty() && options.html.empty())
        return Error{ErrorCode::invalid_argument, "say where to write it: --docx or --html"};
    TRY(const auto letter,
        desk.application->letters().write(desk.principal, options.document, options.letter));
    if (const auto* refusal = std::get_if<app::LetterRefusal>(&letter)) {
        fmt::print(stderr, "gongkai: {}: {}\n         {}\n", app::code(refusal->code),
                   app::sentence_en(*refusal), app::sentence_zh(*refusal));
        return kFound;
    }
    const auto& page = std::get<app::Page>(letter);
    if (!options.docx.empty()) {
        TRY(const auto bytes, app::page_docx(page));
        TRY_VOID(write_file(options.docx, bytes));
    }
    if (!options.html.empty()) TRY_VOID(write_file(options.html, app::page_html(page)));
    return kOk;
}

}  // namespace

int write_letter(const DocumentLetterOptions& options) {
    const auto done = letters(options);
    return done ? *done : failed(done.error());
}

}  // namespace gongkai::cli
